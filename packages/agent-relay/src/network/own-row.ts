import { cidToString, readCar } from "@rookery/repo";
import { decodeFrame, templateOf, type DecodedFrame } from "@rookery/sync";
import { sha256 } from "./sha256.ts";
import type { CarriedRow } from "./network-api.ts";

/**
 * An event of the colony's own log as a row for the network's: the same bytes, without the seq that it had there. Its position is
 * that seq. What it delivers is left out: the colony's relay does that. @throws Error when it is no event that we make.
 */
export function ownRow(frame: Uint8Array, epoch: number): CarriedRow {
  const decoded = decodeFrame(frame);
  if (decoded.kind !== "message" || decoded.t === "#info") throw new Error(`the colony's log is damaged: it holds a frame that is ${what(decoded)}`);
  const { frame: template, seqAt, seq } = templateOf(frame);
  const common = { epoch, n: seq, time: decoded.body.time, frame: template, seqAt, carry: true };
  switch (decoded.t) {
    case "#commit": {
      const { repo, rev, commit, ops } = decoded.body;
      const collections = new Set(ops.filter(({ action }) => action === "create").map(({ path }) => path.slice(0, path.indexOf("/"))));
      return { ...common, did: repo, kind: "commit", rev, head: cidToString(commit), collections: [...collections] };
    }
    case "#sync":
      return { ...common, did: decoded.body.did, kind: "sync", rev: decoded.body.rev, head: headOf(decoded.body.blocks) };
    case "#identity":
      return { ...common, did: decoded.body.did, kind: "identity" };
    case "#account": {
      const { did, active, status } = decoded.body;
      // The other two are states of mirrors, which no agent is in.
      const own = status === "desynchronized" || status === "throttled" ? undefined : status;
      return { ...common, did, kind: "account", active, ...(own === undefined ? {} : { status: own }) };
    }
  }
}

function headOf(blocks: Uint8Array): string {
  const [root] = readCar(blocks, sha256).roots;
  if (root === undefined) throw new Error("the colony's log is damaged: it holds a #sync without a commit");
  return cidToString(root);
}

function what(frame: DecodedFrame): string {
  return frame.kind === "malformed" ? frame.message : `of kind ${frame.kind}`;
}
