import { INBOX_RETRY_BUDGET } from "../limits.ts";
import type { DeliveryRow, EvidencePorts } from "../ports.ts";
import { type GoodCommits, type Verdict, verifyDelivery } from "./verify.ts";

/** A delivery with its verdict; none when it waits behind an earlier one of the same sender. */
export interface Judged {
  row: DeliveryRow;
  verdict: Verdict | undefined;
}

/**
 * Judge a pull's deliveries, in their order; each sender's one after the other up to the first that is not good, different
 * senders side by side: one whose DID document is slow to come holds up the batch once, not once for each like it.
 *
 * @param blocked senders of whom something waits already.
 */
export async function verifyBatch(rows: DeliveryRow[], blocked: ReadonlySet<string>, recipient: string, dids: EvidencePorts): Promise<Judged[]> {
  const verdicts = await bySender(rows.filter(({ author }) => !blocked.has(author)), recipient, dids, ({ kind }) => kind !== "verified", Date.now() + INBOX_RETRY_BUDGET);
  return rows.map((row) => ({ row, verdict: verdicts.get(row) }));
}

/** Judge each delivery for itself; what was said of a sender that cannot be resolved now holds for the rest of his. */
export async function verifyEach(rows: DeliveryRow[], recipient: string, dids: EvidencePorts): Promise<{ row: DeliveryRow; verdict: Verdict }[]> {
  const verdicts = await bySender(rows, recipient, dids, ({ kind }) => kind === "unresolved");
  const unresolved = new Map(Array.from(verdicts, ([{ author }, verdict]) => [author, verdict]));
  return rows.map((row) => ({ row, verdict: verdicts.get(row) ?? unresolved.get(row.author) ?? NOT_JUDGED }));
}

/** Of a batch nothing is stored before all of it is judged, and nobody's host may hold up everybody's mail: the rest of its letters waits. */
const LATE: Verdict = { kind: "unresolved", reason: "evidence of what came before it took too long to come" };

const NOT_JUDGED: Verdict = { kind: "invalid", reason: "not judged" };

async function bySender(rows: DeliveryRow[], recipient: string, dids: EvidencePorts, isEnd: (verdict: Verdict) => boolean, until = Infinity): Promise<Map<DeliveryRow, Verdict>> {
  const verdicts = new Map<DeliveryRow, Verdict>();
  const good: GoodCommits = new Map();
  await Promise.all(
    Array.from(Map.groupBy(rows, ({ author }) => author).values(), async (mine) => {
      for (const row of mine) {
        const verdict = Date.now() < until ? await verifyDelivery(row, recipient, dids, good) : LATE;
        verdicts.set(row, verdict);
        if (isEnd(verdict)) return;
      }
    }),
  );
  return verdicts;
}
