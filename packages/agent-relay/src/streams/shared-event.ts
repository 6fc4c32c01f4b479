import { accountText, commitText, opText, recordBlocks, toV1Cbor, toV1Json, viewFrame, type Envelope, type FrameView } from "@rookery/sync";
import type { LoggedFrame } from "../log.ts";

/** What is put into a socket: text frames are strings, binary ones bytes. */
export type Payload = string | Uint8Array;

/** Packs a text for readers who asked for compression. */
export type Pack = (text: string) => Uint8Array;

/** Stands for a message that tells a commit's rev alone, in place of the number of an operation. */
export const REV_ONLY = -1;

/**
 * One event of the log and everything that was ever encoded of it, for all readers alike: each form is made when the first
 * reader wants it, and never twice while the event is remembered (event-cache.ts).
 */
export class SharedEvent {
  readonly seq: number;
  readonly frame: Uint8Array;
  readonly #us: number;
  readonly #grew: (bytes: number) => void;
  #view: FrameView | null | undefined;
  #blocks: readonly (Uint8Array | undefined)[] | undefined;
  readonly #forms = new Map<string, Payload | undefined>();

  /** @param grew told of bytes that the event takes more than its frame. */
  constructor({ seq, frame, us }: LoggedFrame, grew: (bytes: number) => void) {
    this.seq = seq;
    this.frame = frame;
    this.#us = us;
    this.#grew = grew;
  }

  /** What filters look at; undefined for what is no event of an account. */
  get view(): FrameView | undefined {
    if (this.#view === undefined) this.#view = this.#read() ?? null;
    return this.#view ?? undefined;
  }

  /** `time_us` of the message of an operation, or of one that tells the rev alone: the last of the commit. */
  timeOf(op: number): number {
    const messages = Math.max(1, this.view?.ops.length ?? 1);
    return op === REV_ONLY ? this.#us : this.#us - messages + 1 + op;
  }

  /** The text of one message: of operation `op` of a commit, or of an event that is none (`op` is 0). Undefined when there is nothing to say. */
  text(envelope: Envelope, op: number, withPrevRev: boolean): string | undefined {
    const key = `${envelope}${withPrevRev ? "+" : ""}${op}`;
    const text = this.#form(key, () => this.#compose(envelope, op, withPrevRev));
    return typeof text === "string" ? text : undefined;
  }

  /** The same, packed. */
  packed(pack: Pack, envelope: Envelope, op: number, withPrevRev: boolean): Uint8Array | undefined {
    const text = this.text(envelope, op, withPrevRev);
    if (text === undefined) return undefined;
    const packed = this.#form(`packed${envelope}${withPrevRev ? "+" : ""}${op}`, () => pack(text));
    return packed instanceof Uint8Array ? packed : undefined;
  }

  /** The frame in the framing of a newer subprotocol. */
  framed(subprotocol: "xrpc.v1.cbor" | "xrpc.v1.json"): Payload | undefined {
    return this.#form(subprotocol, () => (subprotocol === "xrpc.v1.json" ? toV1Json(this.frame) : toV1Cbor(this.frame)));
  }

  #compose(envelope: Envelope, op: number, withPrevRev: boolean): string | undefined {
    const { view } = this;
    if (view === undefined) return undefined;
    if (view.kind !== "commit") return accountText(envelope, view, this.timeOf(op));
    if (op === REV_ONLY) return commitText(envelope, view, undefined, this.timeOf(op), true);
    const text = this.#form(`op${op}`, () => this.#fieldsOf(view, op));
    return typeof text === "string" ? commitText(envelope, view, text, this.timeOf(op), withPrevRev) : undefined;
  }

  /** What all texts of an operation have in common, its record first of all. */
  #fieldsOf(view: FrameView, op: number): string | undefined {
    const one = view.ops[op];
    this.#blocks ??= recordBlocks(view);
    const text = one === undefined ? undefined : opText(one, this.#blocks[op]);
    if (text === undefined) console.warn({ event: "relay.record_not_told", seq: this.seq, did: view.did, rev: view.rev, op });
    return text;
  }

  #read(): FrameView | undefined {
    try {
      return viewFrame(this.frame);
    } catch (error) {
      // Readers of the frames themselves get it as it is; for the others there is nothing to say, and it is said here.
      console.error({ event: "relay.event_unreadable", seq: this.seq, error: String(error) });
      return undefined;
    }
  }

  #form(key: string, make: () => Payload | undefined): Payload | undefined {
    if (this.#forms.has(key)) return this.#forms.get(key);
    const made = make();
    this.#forms.set(key, made);
    this.#grew((made?.length ?? 0) + key.length);
    return made;
  }
}
