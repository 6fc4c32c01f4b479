import { CarReader, cidToString } from "@rookery/repo";
import { sha256 } from "../../test/sha256.ts";
import type { Scene } from "../scene.ts";

const NOTE = "org.example.note";

/** com.atproto.sync.*: what is in the CARs. Nodes and records of equal repositories have equal CIDs; commits are signed, and differ. */
export const archives: Scene = {
  name: "archives",
  play: async (side) => {
    const ann = await side.person("cf-archives-ann");
    const head = async () => (await side.quiet({ path: `/xrpc/com.atproto.sync.getLatestCommit?did=${ann.did}` })).json as { cid: string; rev: string };
    const write = (writes: [kind: string, rkey: string, value?: unknown][]) =>
      side.quiet({ path: "/xrpc/com.atproto.repo.applyWrites", as: ann, body: { repo: ann.did, writes: writes.map(([kind, rkey, value]) => ({ $type: `com.atproto.repo.applyWrites#${kind}`, collection: NOTE, rkey, ...(value === undefined ? {} : { value }) })) } });
    const read = async (label: string, method: string, params: Record<string, string>) => {
      const commit = (await head()).cid;
      const { status, bytes, headers } = await side.quiet({ path: `/xrpc/com.atproto.sync.${method}?${new URLSearchParams({ did: ann.did, ...params })}` });
      if (status !== 200) return void side.answers.set(label, { status, headers: {}, body: "none" });
      const reader = new CarReader(sha256);
      const blocks = reader.push(bytes).map(({ cid }) => cidToString(cid)).map((cid) => (cid === commit ? "<commit>" : cid));
      reader.end();
      const roots = (reader.roots ?? []).map((cid) => cidToString(cid)).map((cid) => (cid === commit ? "<commit>" : cid));
      side.answers.set(label, { status, headers: { "content-type": headers["content-type"] ?? "" }, body: { roots, blocks: [...new Set(blocks)].toSorted() } });
    };

    await read("empty", "getRepo", {});
    await write(Array.from({ length: 60 }, (_, i) => ["create", `k${i}`, { n: i }]));
    await write(Array.from({ length: 60 }, (_, i) => ["create", `l${i}`, { n: i % 7 }]));
    await read("all", "getRepo", {});
    await read("all, by its deprecated name", "getCheckout", {});
    const { rev } = await head();
    await write([["update", "k5", { n: -1 }], ["delete", "k17"], ["create", "new", { n: 70 }]]);
    await read("since", "getRepo", { since: rev });
    await read("since now", "getRepo", { since: (await head()).rev });
    await read("all after", "getRepo", {});
    for (const rkey of ["k5", "k17", "k18", "zzz", "a", "l59"]) await read(`record ${rkey}`, "getRecord", { collection: NOTE, rkey });
    await read("record of no collection", "getRecord", { collection: "org.example.none", rkey: "a" });
    await read("blocks", "getBlocks", { cids: (await head()).cid });
  },
};
