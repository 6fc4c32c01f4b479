import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IMPORT_STALL, IMPORT_TOTAL, WATCH_EVERY } from "./limits.ts";
import { ImportRefused } from "./refused.ts";
import { Watch } from "./watch.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const piece = new Uint8Array(10);

/** A stream that is fed by hand, and a watch on it. */
const watched = () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 100 });
  const writer = writable.getWriter();
  return { watch: new Watch(readable.getReader()), writer };
};

describe("Watch", () => {
  it("reads what comes, to the end", async () => {
    const { watch, writer } = watched();
    void writer.write(piece);
    expect(await watch.read()).toEqual({ done: false, value: piece });
    void writer.close();
    expect((await watch.read()).done).toBe(true);
    await watch.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives up an upload of which nothing comes any more", async () => {
    const { watch } = watched();
    const reading = watch.read();
    vi.advanceTimersByTime(IMPORT_STALL);
    await expect(reading).rejects.toThrow(ImportRefused);
    await watch.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("counts none of the time in which we are at work: the sender is held back then, and is not idle", async () => {
    const { watch, writer } = watched();
    void writer.write(piece);
    await watch.read();
    vi.advanceTimersByTime(IMPORT_TOTAL + IMPORT_STALL);
    void writer.write(piece).catch(() => undefined);
    expect(await watch.read()).toEqual({ done: false, value: piece });
    const reading = watch.read();
    vi.advanceTimersByTime(IMPORT_STALL);
    await expect(reading).rejects.toThrow("did not end in time");
    await watch.end();
  });

  it("gives up one that trickles on for ever", async () => {
    const { watch, writer } = watched();
    let reads = 0;
    const all = async () => {
      for (; ; reads++) {
        const reading = watch.read();
        vi.advanceTimersByTime(WATCH_EVERY);
        void writer.write(piece).catch(() => undefined);
        await reading;
      }
    };
    await expect(all()).rejects.toThrow("did not end in time");
    expect(reads).toBe(IMPORT_TOTAL / WATCH_EVERY - 1);
    await watch.end();
  });

  it("says that the sender has gone", async () => {
    const { watch, writer } = watched();
    void writer.abort(new Error("gone")).catch(() => undefined);
    await expect(watch.read()).rejects.toThrow("the upload broke off: gone");
    await watch.end();
  });

  it("takes in what still comes of an upload that nobody wants", async () => {
    const { watch, writer } = watched();
    const sent = Promise.all([writer.write(piece), writer.write(piece), writer.close()]);
    await watch.end();
    expect(await sent).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
