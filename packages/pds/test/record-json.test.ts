import { cborToJsonText } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../src/agent-api.ts";
import { type Made, create, makeAgent, note, op, value } from "./agents.ts";
import { bytesOf } from "./verify.ts";

const COLLECTION = "com.example.note";
const textOf = async ({ json }: { json: Uint8Array | ReadableStream<Uint8Array> }) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await bytesOf(json));

/** What is to be answered, by the plain way: every record decoded by itself. */
const shown = ({ did }: Made, { collection, rkey, cid, bytes }: StoredRecord) => `{"uri":"at://${did}/${collection}/${rkey}","cid":"${cid}","value":${cborToJsonText(bytes)}}`;

/** Small ones, with everything that JSON escapes, and some too large to be packed. */
async function library(): Promise<Made> {
  const agent = await makeAgent();
  const text = (i: number) => (i % 7 === 3 ? "große \"Worte\"\n".repeat(500) : `a\\b "${i}" \u{1f600}\u2028\t\u0001`);
  value(await agent.api.write({ ops: Array.from({ length: 60 }, (_, i) => create(`k${i}`, text(i))) }));
  value(await agent.api.write({ ops: ["com.example.not", "com.example.notes", "com.example.note.sub"].map((collection) => create("other", "not of it", collection)) }));
  return agent;
}

describe("recordsJson", () => {
  it("says of every page what its records say one by one", async () => {
    const agent = await library();
    for (const reverse of [false, true]) {
      for (const limit of [1, 7, 60, 100]) {
        let cursor: string | undefined;
        let count = 0;
        do {
          const page = { collection: COLLECTION, limit, reverse, ...(cursor === undefined ? {} : { cursor }) };
          const plain = value(await agent.api.listRecords(page));
          const rest = plain.cursor === undefined ? "" : `,"cursor":"${plain.cursor}"`;
          const answer = value(await agent.api.recordsJson(page));
          expect(await textOf(answer)).toBe(`{"records":[${plain.records.map((record) => shown(agent, record)).join(",")}]${rest}}`);
          expect(answer.rev).toBe(value(await agent.api.getHead()).rev);
          count += plain.records.length;
          cursor = plain.cursor;
        } while (cursor !== undefined);
        expect(count).toBe(60);
      }
    }
  });

  it("has no records in a collection that is not there", async () => {
    const agent = await makeAgent();
    expect(await textOf(value(await agent.api.recordsJson({ collection: COLLECTION, limit: 10 })))).toBe('{"records":[]}');
  });

  it("is a stream where a page is large, of all that was asked for, and then too says of each what it says alone", async () => {
    const agent = await library();
    for (let i = 0; i < 5; i++) value(await agent.api.write({ ops: [create(`l${i}`, "\u0007große\n".repeat(80_000))] }));
    for (const page of [{ limit: 100 }, { limit: 4 }, { limit: 3, reverse: true, cursor: "l1" }, { limit: 64, cursor: "l4" }]) {
      const plain = value(await agent.api.listRecords({ collection: COLLECTION, ...page }));
      const answer = value(await agent.api.recordsJson({ collection: COLLECTION, ...page }));
      expect(answer.json).toBeInstanceOf(ReadableStream);
      expect(await textOf(answer)).toBe(`{"records":[${plain.records.map((record) => shown(agent, record)).join(",")}],"cursor":"${plain.cursor}"}`);
    }
  });

  it("goes on with what there is when records come and go between two parts", async () => {
    const agent = await makeAgent();
    for (let i = 0; i < 6; i++) value(await agent.api.write({ ops: [create(`k${i}`, "x".repeat(400_000))] }));
    const answer = value(await agent.api.recordsJson({ collection: COLLECTION, limit: 100 }));
    value(await agent.api.write({ ops: [{ action: "delete", collection: COLLECTION, rkey: "k2" }, create("k30"), create("k0a"), create("k9")] }));
    value(await agent.api.takeDownRecord({ path: `${COLLECTION}/k1`, takedown: { applied: true } }));
    const { records, cursor } = JSON.parse(await textOf(answer));
    const rkeys = records.map(({ uri }: { uri: string }) => uri.split("/").at(-1));
    // The first parts were there already; how many the platform has read ahead is its affair.
    expect(rkeys.filter((rkey: string) => !["k2", "k1", "k30", "k0a"].includes(rkey))).toEqual(["k5", "k4", "k3", "k0"]);
    expect(cursor).toBe("k0");
  });

  it("leaves out what was taken down, and fills the page", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: Array.from({ length: 10 }, (_, i) => create(`k${i}`)) }));
    for (const rkey of ["k9", "k7", "k6"]) value(await agent.api.takeDownRecord({ path: `${COLLECTION}/${rkey}`, takedown: { applied: true } }));
    const page = JSON.parse(await textOf(value(await agent.api.recordsJson({ collection: COLLECTION, limit: 3 }))));
    expect(page.records.map(({ uri }: { uri: string }) => uri.slice(-2))).toEqual(["k8", "k5", "k4"]);
    expect(await agent.api.recordJson({ collection: COLLECTION, rkey: "k9" })).toMatchObject({ ok: false, error: { name: "RecordNotFound" } });
  });
});

describe("recordJson", () => {
  it("says what the record says", async () => {
    const agent = await library();
    for (const rkey of ["k2", "k3"]) {
      const plain = value(await agent.api.getRecord({ collection: COLLECTION, rkey }));
      const answer = value(await agent.api.recordJson({ collection: COLLECTION, rkey, cid: plain.cid }));
      expect(await textOf(answer)).toBe(shown(agent, plain));
      expect(answer).toMatchObject({ cid: plain.cid, rev: value(await agent.api.getHead()).rev });
    }
  });

  it("is of the version that is asked for, or of none", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: [create("a", "first")] }));
    const { cid } = value(await agent.api.recordJson({ collection: COLLECTION, rkey: "a" }));
    value(await agent.api.write({ ops: [op({ action: "put", collection: COLLECTION, rkey: "a", record: note("second") })] }));
    const gone = { ok: false, error: { status: 400, name: "RecordNotFound", message: `Could not locate record: at://${agent.did}/${COLLECTION}/a` } };
    expect(await agent.api.recordJson({ collection: COLLECTION, rkey: "a", cid })).toEqual(gone);
    value(await agent.api.write({ ops: [op({ action: "delete", collection: COLLECTION, rkey: "a" })] }));
    expect(await agent.api.recordJson({ collection: COLLECTION, rkey: "a" })).toEqual(gone);
  });
});
