import { type OutboxRow, type Outcome, fail, ok, sequenceFrame } from "@rookery/sync";
import type { DeliveryPort, DeliveryRow, RelayPort, StandingNote } from "../src/ports.ts";

/** A relay in memory: one per test file, shared by the file's agents, so that deliveries have somewhere to go. */
export class MemoryRelay implements RelayPort, DeliveryPort {
  /** Everything taken, in order, with its seq. */
  readonly log: (OutboxRow & { seq: number; sequenced: Uint8Array })[] = [];
  readonly acknowledged = new Map<string, number>();
  /** What recipients gave up, by recipient, seq and path; `again` when it is to be tried once more. */
  readonly parked = new Map<string, { recipient: string; seq: number; path: string; reason: string; tries: number; again: boolean }>();
  /** What comes beside the log: deliveries with proofs, as a test puts them. */
  readonly proven: (DeliveryRow & { recipient: string })[] = [];
  pulls = 0;
  /** Set to make ingest answer a fault, or pull throw. */
  down = false;
  ingests = 0;
  #held = new Map<string, number>();

  /** What one account said, in order. */
  rowsOf(did: string): OutboxRow[] {
    return this.log.filter((row) => row.did === did);
  }

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

  /** How accounts stand of which no event tells, by DID. */
  readonly notes = new Map<string, StandingNote>();

  async noteStanding(note: StandingNote): Promise<{ isHeld: boolean }> {
    if (this.down) throw new Error("relay is down");
    this.notes.set(note.did, note);
    return { isHeld: true };
  }

  async pull({ recipient, after, limit, again = false, through }: Parameters<DeliveryPort["pull"]>[0]): Promise<DeliveryRow[]> {
    this.pulls++;
    if (this.down) throw new Error("relay is down");
    if (through !== undefined) await this.acknowledge({ recipient, through });
    if (again) {
      const wanted = [...this.parked.values()].filter((entry) => entry.recipient === recipient && entry.again);
      if (wanted.length > 0) return this.#rows(recipient, 0).filter((row) => wanted.some(({ seq, path }) => seq === row.seq && path === row.path)).map((row) => ({ ...row, again: true }));
    }
    const rows = this.#rows(recipient, after);
    const last = rows[limit - 1]?.seq ?? Number.MAX_SAFE_INTEGER;
    return rows.filter(({ seq }) => seq <= last);
  }

  #rows(recipient: string, after: number): DeliveryRow[] {
    const rows: DeliveryRow[] = this.proven.filter((row) => row.recipient === recipient && row.seq > after);
    for (const { seq, did, deliveries = [], sequenced } of this.log) {
      if (seq <= after) continue;
      for (const { path, cid, action, to } of deliveries) {
        if (did === recipient || (to !== "all" && !to.includes(recipient))) continue;
        rows.push({ seq, author: did, path, action, frame: sequenced, ...(cid === undefined ? {} : { cid }) });
      }
    }
    return rows.toSorted((a, b) => a.seq - b.seq);
  }

  async acknowledge({ recipient, through }: { recipient: string; through: number }): Promise<void> {
    if (this.down) throw new Error("relay is down");
    this.acknowledged.set(recipient, through);
  }

  async park(entry: Parameters<DeliveryPort["park"]>[0]): Promise<void> {
    if (this.down) throw new Error("relay is down");
    this.parked.set(`${entry.recipient} ${entry.seq} ${entry.path}`, { ...entry, again: false });
  }

  async unpark({ recipient, seq, path }: Parameters<DeliveryPort["unpark"]>[0]): Promise<void> {
    this.parked.delete(`${recipient} ${seq} ${path}`);
  }

  /** What a recipient gave up, oldest first. */
  parkedOf(recipient: string): { seq: number; path: string; reason: string; again: boolean }[] {
    return [...this.parked.values()].filter((entry) => entry.recipient === recipient).toSorted((a, b) => a.seq - b.seq);
  }

  of(did: string): (OutboxRow & { seq: number; sequenced: Uint8Array })[] {
    return this.log.filter((row) => row.did === did);
  }
}
