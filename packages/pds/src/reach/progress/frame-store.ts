import type { ProgressFrame } from "@rookery/envelope";
import type { Vault } from "../../vault/vault.ts";
import { BACKLOG_CHARS, BACKLOG_FRAMES } from "../limits.ts";
import { freeOldest } from "./oldest.ts";

const KIND = "progress-frame";

/** The last of a channel. */
interface Last {
  frame: ProgressFrame;
  isDone: boolean;
  at: number;
}

/** Frames that a reader who comes late is given: the last of each channel, which outlives the object, and a few before it, which do not. */
export class FrameStore {
  readonly #vault: Vault;
  readonly #backlog = new Map<string, { frames: ProgressFrame[]; chars: number }>();
  #chars = 0;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  last(channel: string): Last | undefined {
    return this.#vault.getJson<Last>(KIND, channel);
  }

  /** Keep one that is newer than the last. */
  add(channel: string, frame: ProgressFrame, isDone: boolean): void {
    if (this.last(channel) === undefined) freeOldest(this.#vault, KIND);
    this.#vault.putJson(KIND, channel, { frame, isDone, at: Date.now() } satisfies Last);
    const entry = this.#backlog.get(channel) ?? { frames: [], chars: 0 };
    // Set anew, so that the channel that was used last is the last of the map.
    this.#backlog.delete(channel);
    this.#backlog.set(channel, entry);
    entry.frames.push(frame);
    this.#count(entry, sizeOf(frame));
    while (entry.frames.length > BACKLOG_FRAMES) this.#shift(entry);
    while (this.#chars > BACKLOG_CHARS) {
      const [oldest] = this.#backlog;
      if (oldest === undefined) return;
      this.#shift(oldest[1]);
      if (oldest[1].frames.length === 0) this.#backlog.delete(oldest[0]);
    }
  }

  /** Those after a sequence that are still there, in order. */
  after(channel: string, sequence: number): ProgressFrame[] {
    const frames = this.#backlog.get(channel)?.frames ?? [];
    const last = this.last(channel)?.frame;
    const known = frames.length === 0 && last !== undefined ? [last] : frames;
    return known.filter((frame) => frame.sequence > sequence);
  }

  #shift(entry: { frames: ProgressFrame[]; chars: number }): void {
    const frame = entry.frames.shift();
    if (frame !== undefined) this.#count(entry, -sizeOf(frame));
  }

  #count(entry: { chars: number }, chars: number): void {
    entry.chars += chars;
    this.#chars += chars;
  }
}

const sizeOf = ({ sealed, progress }: ProgressFrame): number => 50 + (sealed?.length ?? 0) + (progress === undefined ? 0 : JSON.stringify(progress).length);
