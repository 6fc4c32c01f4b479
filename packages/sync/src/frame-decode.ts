import { CidLink, decodeFirst, isLexMap, type CidBytes, type LexMap, type LexValue } from "@rookery/repo";
import { MAX_FRAME_BYTES, type AccountBody, type CommitOp, type ErrorBody, type StreamMessage } from "./frame.ts";

/** What one binary frame says. Frames come from strangers: whatever breaks the format is `malformed`, never an exception. */
export type DecodedFrame =
  | ({ kind: "message" } & StreamMessage)
  | ({ kind: "error" } & ErrorBody)
  /** A message type that this version does not know; readers ignore it. */
  | { kind: "unknown"; t: string }
  | { kind: "malformed"; message: string };

const STATUSES = ["takendown", "suspended", "deactivated", "deleted", "desynchronized", "throttled"] as const;
const ACTIONS = ["create", "update", "delete"] as const;

/** Read one frame: types and required fields are checked, unknown fields ignored, limits other than size left to checkCommit. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  if (bytes.length > MAX_FRAME_BYTES) return { kind: "malformed", message: `frame of ${bytes.length} bytes, limit ${MAX_FRAME_BYTES}` };
  try {
    const [head, bodyAt] = decodeFirst(bytes);
    const [payload, end] = decodeFirst(bytes, bodyAt);
    if (end !== bytes.length) throw new FieldError(`${bytes.length - end} bytes after the payload`);
    const header = new Fields(head);
    const body = new Fields(payload);
    const op = header.integer("op");
    if (op === -1) return { kind: "error", error: body.text("error"), ...body.optionalText("message") };
    if (op !== 1) throw new FieldError(`op ${op}`);
    return decodeMessage(header.text("t"), body);
  } catch (error) {
    // Decoding throws named errors only (CBOR, CID, field); each is the sender's fault.
    return { kind: "malformed", message: error instanceof Error ? error.message : String(error) };
  }
}

function decodeMessage(t: string, body: Fields): DecodedFrame {
  switch (t) {
    case "#commit":
      return {
        kind: "message",
        t,
        body: {
          seq: body.seq(),
          repo: body.text("repo"),
          commit: body.cid("commit"),
          rev: body.text("rev"),
          since: body.isNull("since") ? null : body.text("since"),
          blocks: body.bytes("blocks"),
          ops: body.array("ops").map(decodeOp),
          ...(body.has("prevData") ? { prevData: body.cid("prevData") } : {}),
          time: body.text("time"),
          rebase: body.boolean("rebase"),
          tooBig: body.boolean("tooBig"),
        },
      };
    case "#sync":
      return { kind: "message", t, body: { seq: body.seq(), did: body.text("did"), blocks: body.bytes("blocks"), rev: body.text("rev"), time: body.text("time") } };
    case "#identity":
      return { kind: "message", t, body: { seq: body.seq(), did: body.text("did"), time: body.text("time"), ...body.optionalText("handle") } };
    case "#account":
      return { kind: "message", t, body: { seq: body.seq(), did: body.text("did"), time: body.text("time"), active: body.boolean("active"), ...status(body) } };
    case "#info":
      return { kind: "message", t, body: { name: body.text("name"), ...body.optionalText("message") } };
    default:
      return { kind: "unknown", t };
  }
}

function decodeOp(value: LexValue): CommitOp {
  const op = new Fields(value);
  return {
    action: op.oneOf("action", ACTIONS),
    path: op.text("path"),
    cid: op.isNull("cid") ? null : op.cid("cid"),
    // Some emitters write null where the field should be absent.
    ...(op.has("prev") && !op.isNull("prev") ? { prev: op.cid("prev") } : {}),
  };
}

function status(body: Fields): Pick<AccountBody, "status"> {
  return body.has("status") ? { status: body.oneOf("status", STATUSES) } : {};
}

class FieldError extends Error {
  override readonly name = "FieldError";
}

/** Typed access to a decoded map; every deviation is a FieldError with the field's name. */
class Fields {
  readonly #map: LexMap;

  constructor(value: LexValue) {
    if (!isLexMap(value)) throw new FieldError("expected a map");
    this.#map = value;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#map, name);
  }

  isNull(name: string): boolean {
    return this.#own(name) === null;
  }

  text(name: string): string {
    const value = this.#own(name);
    return typeof value === "string" ? value : this.#refuse(name, "a string");
  }

  integer(name: string): number {
    const value = this.#own(name);
    return typeof value === "number" ? value : this.#refuse(name, "an integer");
  }

  seq(): number {
    const seq = this.integer("seq");
    return seq >= 1 ? seq : this.#refuse("seq", "positive");
  }

  boolean(name: string): boolean {
    const value = this.#own(name);
    return typeof value === "boolean" ? value : this.#refuse(name, "a boolean");
  }

  bytes(name: string): Uint8Array {
    const value = this.#own(name);
    return value instanceof Uint8Array ? value : this.#refuse(name, "bytes");
  }

  cid(name: string): CidBytes {
    const value = this.#own(name);
    return value instanceof CidLink ? value.bytes : this.#refuse(name, "a link");
  }

  array(name: string): LexValue[] {
    const value = this.#own(name);
    return Array.isArray(value) ? value : this.#refuse(name, "an array");
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const text = this.text(name);
    return allowed.find((value) => value === text) ?? this.#refuse(name, `one of ${allowed.join(", ")}`);
  }

  optionalText<K extends string>(name: K): { [key in K]?: string } {
    if (!this.has(name)) return {};
    const found: { [key in K]?: string } = {};
    found[name] = this.text(name);
    return found;
  }

  #own(name: string): LexValue | undefined {
    return this.has(name) ? this.#map[name] : undefined;
  }

  #refuse(name: string, what: string): never {
    throw new FieldError(`field ${name} is not ${what}`);
  }
}
