import { CODEC_DAG_CBOR, cidOf, encode, tidOf, type LexMap } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../sync/test/agent.ts";
import { MissedMail } from "./missed-mail.ts";
import { MAX_SEEN_BYTES } from "./settings.ts";
import { readSweep, writeSweep } from "./sweep-place.ts";

const HOUR = 3_600_000;
const SINCE = Date.parse("2026-11-10T00:00:00.000Z");
const rkeyAt = (ms: number) => tidOf(ms * 1_000, 1);
const HERE = "did:plc:here";

/** A repository of these records, as it streams in: what of it is for agents here. */
async function found(records: Record<string, LexMap>, { isKept = (collection: string) => collection.startsWith("agent."), delivered = [] as string[] } = {}): Promise<string[]> {
  const mail = new MissedMail({
    did: "did:plc:author", since: rkeyAt(SINCE), delivered, isKept,
    deliveriesOf: ({ ops, blocks }) => ops.flatMap(({ path }) => {
      const [block] = blocks.values();
      const text = new TextDecoder().decode(block);
      return text.includes("did:plc:") || text.includes("everybody") ? [{ path, action: "create" as const, to: text.includes("everybody") ? "all" : [text.includes(HERE) ? HERE : "did:plc:elsewhere"] }] : [];
    }),
  });
  const blocks = Object.entries(records).map(([path, record]) => {
    const bytes = encode({ $type: path.slice(0, path.indexOf("/")), ...record });
    return { path, cid: cidOf(sha256, bytes, CODEC_DAG_CBOR), bytes };
  });
  for (const { cid, bytes } of blocks) mail.block(cid, bytes);
  for (const { path, cid } of blocks.toSorted((a, b) => (a.path < b.path ? -1 : 1))) mail.entry(path, cid);
  return mail.paths(async (dids) => dids.filter((did) => did === HERE));
}

describe("mail that was missed", () => {
  it("is what was written since to agents here, or to everybody, oldest first", async () => {
    const at = (hours: number) => `agent.comms.message/${rkeyAt(SINCE + hours * HOUR)}`;
    const records = {
      [at(-1)]: { to: HERE, text: "had" }, [at(3)]: { to: HERE, text: "third" }, [at(1)]: { to: HERE, text: "first" },
      [at(4)]: { to: "did:plc:nobody", text: "for others" }, [`agent.comms.broadcast/${rkeyAt(SINCE + 2 * HOUR)}`]: { text: "everybody" },
      [`app.bsky.feed.post/${rkeyAt(SINCE + HOUR)}`]: { text: HERE }, [at(5)]: { text: "for nobody" },
    };
    expect(await found(records)).toEqual([at(1), `agent.comms.broadcast/${rkeyAt(SINCE + 2 * HOUR)}`, at(3)]);
  });

  it("has times of its own where its key says none, as receipts do; an author's clock may be wrong by a day", async () => {
    const receipt = (hours: number) => ({ to: HERE, createdAt: new Date(SINCE + hours * HOUR).toISOString() });
    const records = { "agent.comms.receipt/late": receipt(2), "agent.comms.receipt/skewed": receipt(-20), "agent.comms.receipt/old": receipt(-30), "agent.comms.receipt/undated": { to: HERE }, "agent.comms.receipt/odd": { to: HERE, createdAt: 7 } };
    expect(await found(records)).toEqual(["agent.comms.receipt/skewed", "agent.comms.receipt/late"]);
  });

  it("is a week of one busy agent's, not its first two hundred", async () => {
    const records = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`agent.comms.message/${rkeyAt(SINCE + i * 1_000 + 1)}`, { to: HERE, text: String(i) }]));
    expect(await found(records)).toHaveLength(3_000);
  });

  it("was not missed where it was delivered before: a mending that broke off goes on", async () => {
    const [had, missed] = [1, 2].map((hours) => `agent.comms.message/${rkeyAt(SINCE + hours * HOUR)}`);
    if (had === undefined || missed === undefined) throw new Error("two");
    expect(await found({ [had]: { to: HERE, text: "had" }, [missed]: { to: HERE, text: "missed" } }, { delivered: [had] })).toEqual([missed]);
  });

  it("is remembered within a bound, also when each record names thousands, and what says to be older makes room", async () => {
    const mail = (to: string[]) => new MissedMail({
      did: "did:plc:author", since: rkeyAt(SINCE), delivered: [], isKept: () => true,
      deliveriesOf: ({ ops: [op] }) => [{ path: op?.path ?? "", action: "create", to }],
    });
    const written = (i: number, ms: number) => {
      const bytes = encode({ $type: "agent.comms.message", i, createdAt: new Date(ms).toISOString() });
      return { path: `agent.comms.message/${rkeyAt(ms + i)}`, cid: cidOf(sha256, bytes, CODEC_DAG_CBOR), bytes };
    };
    const run = async (to: string[], records: ReturnType<typeof written>[]) => {
      const seen = mail(to);
      for (const { cid, bytes } of records) seen.block(cid, bytes);
      for (const { path, cid } of records) seen.entry(path, cid);
      return (await seen.paths(async (dids) => dids)).length;
    };
    const many = Array.from({ length: 2_000 }, (_, i) => `did:plc:${String(i).padStart(24, "a")}`);
    const fresh = Array.from({ length: 500 }, (_, i) => written(i, SINCE + HOUR));
    const kept = await run(many, fresh);
    expect(kept).toBeGreaterThan(50);
    expect(kept * many.length * 32).toBeLessThan(MAX_SEEN_BYTES);
    const old = Array.from({ length: 500 }, (_, i) => written(i, SINCE - 100 * HOUR));
    expect(await run(many, [...old, ...fresh.slice(0, 50)])).toBe(50);
  });

  it("is not looked for in bytes that are no record", async () => {
    const mail = new MissedMail({ did: "did:plc:author", since: "", delivered: ["agent.comms.message/a", "agent.comms.message/b"], isKept: () => true, deliveriesOf: () => [{ path: "a/b", action: "create", to: "all" }] });
    for (const bytes of [new Uint8Array(), new Uint8Array([0xff, 0]), encode([1, 2]), encode({ $type: 7 }), encode({ to: HERE })]) {
      const cid = cidOf(sha256, bytes, CODEC_DAG_CBOR);
      mail.block(cid, bytes);
      mail.entry("agent.comms.message/a", cid);
    }
    expect(await mail.paths(async (dids) => dids)).toEqual([]);
    expect(mail.gone).toEqual(["agent.comms.message/b"]);
  });
});

it("the place of a comparison is read as it was written, also by an older version", () => {
  for (const place of [{ cursor: "", since: rkeyAt(SINCE) }, { cursor: "a b\nc", since: rkeyAt(SINCE) }, { cursor: "x", since: undefined }]) expect(readSweep(writeSweep(place))).toEqual(place);
  expect(readSweep("")).toEqual({ cursor: "", since: undefined });
});
