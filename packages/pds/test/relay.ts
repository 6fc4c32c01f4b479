import { type OutboxRow, type Outcome, fail, ok, sequenceFrame } from "@rookery/sync";
import type { DeliveryRow, RelayPort } from "../src/ports.ts";

/** A relay in memory: one per test file, shared by the file's agents, so that deliveries have somewhere to go. */
export class MemoryRelay implements RelayPort {
  /** Everything taken, in order, with its seq. */
  readonly log: (OutboxRow & { seq: number; sequenced: Uint8Array })[] = [];
  readonly acknowledged = new Map<string, number>();
  /** Set to make ingest answer a fault, or pull throw. */
  down = false;
  ingests = 0;
  #held = new Map<string, number>();

  async ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>> {
    this.ingests++;
    if (this.down) return fail(503, "Down", "relay is down");
    const did = rows[0]?.did ?? "";
    for (const row of rows) {
      const held = this.#held.get(did) ?? 0;
      if (row.n <= held) continue;
      if (row.n !== held + 1) throw new Error(`gap: ${held} then ${row.n}`);
      const seq = this.log.length + 1;
      this.log.push({ ...row, seq, sequenced: sequenceFrame(row.frame, row.seqAt, seq) });
      this.#held.set(did, row.n);
    }
    return ok({ epoch: rows[0]?.epoch ?? 1, n: this.#held.get(did) ?? 0 });
  }

  async pull({ recipient, after, limit }: { recipient: string; after: number; limit: number }): Promise<DeliveryRow[]> {
    if (this.down) throw new Error("relay is down");
    const rows: DeliveryRow[] = [];
    for (const { seq, did, deliveries = [], sequenced } of this.log) {
      if (seq <= after) continue;
      for (const { path, cid, action, to } of deliveries) {
        if (did === recipient || (to !== "all" && !to.includes(recipient))) continue;
        rows.push({ seq, author: did, path, action, frame: sequenced, ...(cid === undefined ? {} : { cid }) });
      }
    }
    const last = rows[limit - 1]?.seq ?? Number.MAX_SAFE_INTEGER;
    return rows.filter(({ seq }) => seq <= last);
  }

  async acknowledge({ recipient, through }: { recipient: string; through: number }): Promise<void> {
    this.acknowledged.set(recipient, through);
  }

  of(did: string): (OutboxRow & { seq: number; sequenced: Uint8Array })[] {
    return this.log.filter((row) => row.did === did);
  }
}
