/** A colony around a network's relay, for one test: its relay's rows with frames that are true to their fields, and what its agents would say. */
import { carBytes, cidOf, cidToString, encode } from "@rookery/repo";
import { encodeCommitFrame, type DeliveryHint } from "@rookery/sync";
import type { AccountStanding, CarriedRow } from "../src/index.ts";
import { sha256 } from "../src/network/sha256.ts";
import { did } from "./dids.ts";

const TIME = "2026-11-21T10:00:00.000Z";

const standings = new Map<string, AccountStanding>();
const wakes = new Map<string, { did: string; seq: number }[]>();

/** Where an agent of the test colony `name` says that it stands. */
export function standingOf(name: string, account: string): AccountStanding {
  const found = standings.get(`${name} ${account}`);
  if (found === undefined) throw new Error(`${account} has no commit`);
  return found;
}

export function wakesOf(name: string): { did: string; seq: number }[] {
  const found = wakes.get(name) ?? [];
  wakes.set(name, found);
  return found;
}

/** Revs in the order of their numbers. */
export const revOf = (n: number) => `3k${String(n).padStart(11, "0")}`;

/** Commit `n` of an account, as an outbox or a peer's object would send it; the frame names the commit that `head` does. */
export function ownCommit(account: number, n: number, options: { collection?: string; deliveries?: DeliveryHint[]; colony?: string; size?: number } = {}): CarriedRow {
  const { collection = "com.example.note", colony = "" } = options;
  const block = encode({ did: did(account), n });
  const commit = cidOf(sha256, block);
  const rev = revOf(n);
  const ops = [{ action: "create" as const, path: `${collection}/${n}`, cid: commit }];
  const blocks = options.size === undefined ? carBytes(commit, [{ cid: commit, bytes: block }]) : new Uint8Array(options.size);
  const { frame, seqAt } = encodeCommitFrame({ repo: did(account), commit, rev, since: n > 1 ? revOf(n - 1) : null, blocks, ops, time: TIME });
  const head = cidToString(commit);
  standings.set(`${colony} ${did(account)}`, { active: true, handle: `agent-${account}.test`, head, rev, commitCar: carBytes(commit, [{ cid: commit, bytes: block }]) });
  return {
    did: did(account), epoch: 1, n, kind: "commit", time: TIME, frame, seqAt, rev, head, data: "data", carry: true, collections: [collection],
    ...(options.deliveries === undefined ? {} : { deliveries: options.deliveries }),
  };
}
