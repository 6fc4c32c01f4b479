import { sequenceFrame } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { changes, note } from "../../test/jetstream.ts";
import { EventCache } from "./event-cache.ts";
import { outletOf } from "./outlet.ts";
import { SharedEvent } from "./shared-event.ts";

const logged = (seq: number, text = "x") => {
  const { frame, seqAt } = note(1, seq, text);
  return { seq, frame: sequenceFrame(frame, seqAt, seq), us: seq * 1_000 };
};

describe("the cache of events", () => {
  it("gives all readers the same event while it remembers it", () => {
    const cache = new EventCache(100_000);
    const event = cache.of(logged(1));
    expect(cache.of(logged(1))).toBe(event);
    expect(cache.of(logged(2))).not.toBe(event);
  });

  it("holds no more bytes than it may, encodings counted, and forgets what was not used for longest", () => {
    const cache = new EventCache(20_000);
    const first = cache.of(logged(1));
    for (let seq = 2; seq <= 200; seq++) {
      cache.of(logged(seq, "text ".repeat(50))).text("v1", 0, false);
      expect(cache.of(logged(1))).toBe(first);
      expect(cache.bytes).toBeLessThanOrEqual(20_000);
    }
    const [old, fresh] = [cache.of(logged(2)), cache.of(logged(200))];
    expect(old.view?.seq).toBe(2);
    expect(fresh).toBe(cache.of(logged(200)));
  });

  it("counts nothing for an event that it forgot while a reader still had it", () => {
    const cache = new EventCache(3_000);
    const first = cache.of(logged(1));
    for (let seq = 2; seq <= 20; seq++) cache.of(logged(seq));
    const { bytes } = cache;
    expect(first.text("v1", 0, false)).toContain('"rkey":"1"');
    expect(cache.bytes).toBe(bytes);
  });
});

describe("an event", () => {
  it("is encoded once for all readers of a form", () => {
    const event = new SharedEvent(logged(1), () => undefined);
    let packs = 0;
    const pack = (text: string) => {
      packs++;
      return new TextEncoder().encode(text);
    };
    const outlets = Array.from({ length: 5 }, () => outletOf("jetstream+zstd", undefined, 0, pack));
    const frames = outlets.map((outlet) => outlet?.(event)[0]);
    expect(packs).toBe(1);
    for (const frame of frames) expect(frame).toBe(frames[0]);
    expect(event.framed("xrpc.v1.cbor")).toBe(event.framed("xrpc.v1.cbor"));
  });

  it("is not decoded into records for readers who do not want it", () => {
    const { frame, seqAt } = changes(1, 1, [{ path: "com.example.note/a", record: {} }]);
    let grown = 0;
    const event = new SharedEvent({ seq: 1, frame: sequenceFrame(frame, seqAt, 1), us: 1_000 }, (bytes) => (grown += bytes));
    expect(outletOf("jetstream", { kinds: ["commit"], collections: ["com.example.like"] })?.(event)).toEqual([]);
    expect(outletOf("jetstream", { kinds: ["commit"], dids: ["did:plc:other"] })?.(event)).toEqual([]);
    expect(grown).toBe(0);
  });

  it("of which a reader wants one record is decoded into that one", () => {
    const [wanted, other] = ["w".repeat(100), "o".repeat(50_000)];
    const { frame, seqAt } = changes(1, 1, [{ path: "com.example.note/a", record: { other } }, { path: "com.example.like/b", record: { wanted } }, { path: "com.example.note/c", record: { other } }]);
    let grown = 0;
    const event = new SharedEvent({ seq: 1, frame: sequenceFrame(frame, seqAt, 1), us: 1_000 }, (bytes) => (grown += bytes));
    const [text] = outletOf("jetstream", { kinds: ["commit"], collections: ["com.example.like"] })?.(event) ?? [];
    expect(text).toContain(`"record":{"wanted":"${wanted}"}`);
    expect(grown).toBeLessThan(1_500);
    expect(outletOf("jetstream")?.(event)).toHaveLength(3);
    expect(grown).toBeGreaterThan(2 * 2 * other.length);
  });

  it("that is damaged says nothing to JSON readers, and does not stop them", () => {
    const event = new SharedEvent({ seq: 1, frame: new Uint8Array([0xa1, 0x00]), us: 1 }, () => undefined);
    expect(outletOf("jetstream", undefined)?.(event)).toEqual([]);
    expect(outletOf("subscribeEvents", undefined)?.(event)).toEqual([]);
  });
});
