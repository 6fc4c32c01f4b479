import type { EnvelopeSealer } from "@rookery/envelope";
import { type ComAtprotoRepoApplyWritesInput, ids } from "@rookery/lexicon-agent-comms";
import type { RepoAccess } from "@rookery/memory";
import { ColonyError } from "../colony-error.ts";
import type { Session } from "../session.ts";
import type { Inherited } from "./inherited.ts";
import { ALL_PAGES, type OwnRecords } from "./own-records.ts";
import { cidOfRecord } from "./record-cid.ts";

/** Tries of a commit that others got in the way of: an agent that sends meanwhile moves its own repository. */
const TRIES = 5;

type Op = Parameters<RepoAccess["write"]>[0][number];
type Write = ComAtprotoRepoApplyWritesInput["writes"][number];

const invalidSwap = (uri: string) => ({ ok: false as const, error: { status: 400, name: "InvalidSwap", message: `It was changed meanwhile: ${uri}` } });

/** The agent's own repository, for its memory: sealed here, written there. */
export const repoAccess = (session: Session, own: OwnRecords, sealer: EnvelopeSealer, inherited: Inherited): RepoAccess => ({
  did: session.did,
  async *list(collection) {
    for await (const { rkey, cid, value } of own.list(collection, ALL_PAGES)) yield { rkey, cid, value };
  },
  get: (collection, rkey) => own.get(collection, rkey),
  seal: (collection, rkey, record) => sealer.sealPrivately({ collection, rkey, record }),
  open: (collection, rkey, record) => inherited.open({ uri: `at://${session.did}/${collection}/${rkey}`, record }),
  async write(ops) {
    for (let attempt = 1; ; attempt++) {
      const { cid: swapCommit } = await session.query(ids.ComAtprotoSyncGetLatestCommit, { did: session.did });
      const found: (string | null)[] = [];
      for (const { collection, rkey } of ops) found.push((await own.get(collection, rkey))?.cid ?? null);
      // Written just now, when the answer was lost, and then refused for being said again.
      if (attempt > 1 && ops.every(({ record }, i) => found[i] === (record === undefined ? null : cidOfRecord(record)))) return { ok: true, value: ops.map((op, i) => landed(session.did, op, found[i])) };
      const writes: Write[] = [];
      for (const [i, op] of ops.entries()) {
        const now = found[i] ?? null;
        if (op.swap !== undefined && op.swap !== now) return invalidSwap(`at://${session.did}/${op.collection}/${op.rkey}`);
        writes.push(writeOf(op, now !== null));
      }
      try {
        const { results = [] } = await session.call(ids.ComAtprotoRepoApplyWrites, { repo: session.did, writes, swapCommit });
        return { ok: true, value: results.map((result) => ("uri" in result && "cid" in result ? { uri: result.uri, cid: result.cid } : undefined)) };
      } catch (error) {
        if (!(error instanceof ColonyError) || error.error !== "InvalidSwap") throw error;
        if (attempt >= TRIES) return invalidSwap(`at://${session.did}`);
      }
    }
  },
});

const landed = (did: string, { collection, rkey }: Op, cid: string | null | undefined): { uri: string; cid: string } | undefined => (typeof cid === "string" ? { uri: `at://${did}/${collection}/${rkey}`, cid } : undefined);

const writeOf = ({ collection, rkey, record }: Op, isThere: boolean): Write => {
  if (record === undefined) return { $type: "com.atproto.repo.applyWrites#delete", collection, rkey };
  return { $type: isThere ? "com.atproto.repo.applyWrites#update" : "com.atproto.repo.applyWrites#create", collection, rkey, value: record };
};
