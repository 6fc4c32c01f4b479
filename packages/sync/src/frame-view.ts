import { CborReader, type CidBytes } from "@rookery/repo";
import type { EventKind } from "./event.ts";

/** One operation of a commit as filters and Jetstream look at it. */
export interface OpView {
  action: "create" | "update" | "delete";
  collection: string;
  rkey: string;
  /** Null when deleted. */
  cid: CidBytes | null;
}

/** What a logged frame says, read without copying its blocks and without decoding records. */
export interface FrameView {
  kind: EventKind;
  did: string;
  seq: number;
  /** ISO 8601 datetime, as in the frame. */
  time: string;
  /** Operations of a commit; empty for all else. */
  ops: readonly OpView[];
  /** For commit and sync. */
  rev?: string;
  /** Rev of the commit before; null for the first one. For commit only. */
  since?: string | null;
  /** A view of the frame: the CAR of a commit or sync. */
  blocks?: Uint8Array;
  /** For identity, where known. */
  handle?: string;
  /** For account. */
  active?: boolean;
  status?: string;
}

const KINDS: ReadonlyMap<string, EventKind> = new Map([["#commit", "commit"], ["#sync", "sync"], ["#identity", "identity"], ["#account", "account"]]);

/**
 * Read a frame of our own log, which was checked when it came in. Undefined for what is no event of an account (`#info`,
 * errors, kinds of the future). Throws CborError on damage.
 */
export function viewFrame(frame: Uint8Array): FrameView | undefined {
  const reader = new CborReader(frame);
  let kind: EventKind | undefined;
  for (let fields = reader.map(); fields > 0; fields--) {
    if (reader.text() === "t") kind = KINDS.get(reader.text());
    else reader.value();
  }
  if (kind === undefined) return undefined;
  const view: FrameView = { kind, did: "", seq: 0, time: "", ops: [] };
  for (let fields = reader.map(); fields > 0; fields--) readField(reader, view);
  return view;
}

function readField(reader: CborReader, view: FrameView): void {
  switch (reader.text()) {
    case "did":
    case "repo":
      view.did = reader.text();
      break;
    case "seq":
      view.seq = reader.uint();
      break;
    case "time":
      view.time = reader.text();
      break;
    case "rev":
      view.rev = reader.text();
      break;
    case "since":
      view.since = reader.takeNull() ? null : reader.text();
      break;
    case "ops":
      view.ops = readOps(reader);
      break;
    case "blocks":
      view.blocks = reader.bytes();
      break;
    case "handle":
      view.handle = reader.text();
      break;
    case "active":
      view.active = reader.value() === true;
      break;
    case "status":
      view.status = reader.text();
      break;
    default:
      reader.value();
  }
}

function readOps(reader: CborReader): OpView[] {
  const ops: OpView[] = [];
  for (let count = reader.array(); count > 0; count--) {
    const op: OpView = { action: "create", collection: "", rkey: "", cid: null };
    for (let fields = reader.map(); fields > 0; fields--) {
      const key = reader.text();
      if (key === "cid") op.cid = reader.takeNull() ? null : reader.cid();
      else if (key === "path") [op.collection, op.rkey] = partsOf(reader.text());
      else if (key === "action") op.action = actionOf(reader.text());
      else reader.value();
    }
    ops.push(op);
  }
  return ops;
}

function partsOf(path: string): [collection: string, rkey: string] {
  const slash = path.indexOf("/");
  return [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
}

function actionOf(text: string): OpView["action"] {
  return text === "update" || text === "delete" ? text : "create";
}
