/** A message of Jetstream, as far as it is used; see bluesky-social/jetstream, "/subscribe", and `prevRev` of this project's own. */
export type JetstreamMessage =
  | { kind: "commit"; did: string; us: number; rev: string; prevRev?: string | null; op?: JetstreamOp }
  | { kind: "identity"; did: string; us: number; time: string; handle?: string }
  | { kind: "account"; did: string; us: number; time: string; active: boolean; status?: string }
  | { kind: "sync"; did: string; us: number; rev: string; time: string; blocks: string }
  /** A kind that this version does not know. */
  | { kind: "unknown"; did: string; us: number }
  | { kind: "malformed"; message: string };

/** What was done to one record. */
export interface JetstreamOp {
  action: "create" | "update" | "delete";
  collection: string;
  rkey: string;
  cid: string | null;
  value?: Record<string, unknown>;
}

/** Read one message. Whatever is not as it should be is `malformed`. */
export const readJetstream = (text: string): JetstreamMessage => {
  try {
    const message = fieldsOf(JSON.parse(text), "message");
    const did = textOf(message, "did");
    const us = message["time_us"];
    if (typeof us !== "number" || !Number.isSafeInteger(us) || us < 0) throw new TypeError("time_us is no time");
    const kind = textOf(message, "kind");
    switch (kind) {
      case "commit":
        return { kind, did, us, ...commitOf(fieldsOf(message["commit"], "commit")) };
      case "identity": {
        const { handle, ...identity } = fieldsOf(message["identity"], "identity");
        return { kind, did, us, time: textOf(identity, "time"), ...(typeof handle === "string" ? { handle } : {}) };
      }
      case "account": {
        const { active, status, ...account } = fieldsOf(message["account"], "account");
        return { kind, did, us, time: textOf(account, "time"), active: active === true, ...(typeof status === "string" ? { status } : {}) };
      }
      case "sync": {
        const sync = fieldsOf(message["sync"], "sync");
        return { kind, did, us, rev: textOf(sync, "rev"), time: textOf(sync, "time"), blocks: textOf(fieldsOf(sync["blocks"], "blocks"), "$bytes") };
      }
      default:
        return { kind: "unknown", did, us };
    }
  } catch (error) {
    return { kind: "malformed", message: error instanceof Error ? error.message : String(error) };
  }
};

const commitOf = (commit: Record<string, unknown>): { rev: string; prevRev?: string | null; op?: JetstreamOp } => {
  const { prevRev, operation } = commit;
  const chain = { rev: textOf(commit, "rev"), ...(typeof prevRev === "string" || prevRev === null ? { prevRev } : {}) };
  if (operation === undefined) return chain;
  if (operation !== "create" && operation !== "update" && operation !== "delete") throw new TypeError("operation is none of create, update, delete");
  const deleted = operation === "delete";
  const op: JetstreamOp = { action: operation, collection: textOf(commit, "collection"), rkey: textOf(commit, "rkey"), cid: deleted ? null : textOf(commit, "cid") };
  return { ...chain, op: deleted ? op : { ...op, value: fieldsOf(commit["record"], "record") } };
};

/** A named boundary: an object whose fields are then narrowed one by one. */
const fieldsOf = (value: unknown, name: string): Record<string, unknown> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${name} is not an object`);
  return value as Record<string, unknown>;
};

const textOf = (fields: Record<string, unknown>, name: string): string => {
  const value = fields[name];
  if (typeof value !== "string") throw new TypeError(`${name} is not a text`);
  return value;
};
