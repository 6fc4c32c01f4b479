import { nextTid } from "@rookery/repo";
import { MESSAGES } from "./reader.ts";
import { cidOfRecord, type Choose } from "./writer.ts";

/** Messages to one or two of the others, and now and then one is taken back. Times and record keys are made up, from a fixed day on. */
export const talkOf = (did: string, others: readonly string[]): Choose => {
  let count = 0;
  let rkey: string | undefined;
  return (random, ledger) => {
    if (ledger.present.length > 5 && random.int(12) === 0) {
      const path = random.pick(ledger.present);
      const body = { repo: did, collection: MESSAGES, rkey: path.slice(MESSAGES.length + 1) };
      return { nsid: "com.atproto.repo.deleteRecord", body, changes: new Map([[path, null]]) };
    }
    rkey = nextTid(rkey, Date.UTC(2026, 0, 1) * 1000, 7);
    const to = [...new Set([random.pick(others), random.pick(others)])];
    const record = {
      $type: MESSAGES,
      to,
      content: [{ $type: "agent.comms.defs#text", text: `message ${count++}` }],
      createdAt: "2026-01-01T00:00:00.000Z",
    };
    return { nsid: "com.atproto.repo.createRecord", body: { repo: did, collection: MESSAGES, rkey, record }, changes: new Map([[`${MESSAGES}/${rkey}`, cidOfRecord(record)]]) };
  };
};
