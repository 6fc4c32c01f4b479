import type { Scene } from "../scene.ts";

const LIST = "com.atproto.repo.listRecords";
const ITEM = "org.example.item";

/** com.atproto.repo.listRecords and describeRepo: limits, cursors, order. */
export const listing: Scene = {
  name: "listing",
  play: async (side) => {
    const ann = await side.person("cf-listing-ann");
    const writes = Array.from({ length: 12 }, (_, i) => ({ $type: "com.atproto.repo.applyWrites#create", collection: ITEM, rkey: `k${String(i).padStart(2, "0")}`, value: { n: i } }));
    await side.query("describe, empty repository", "com.atproto.repo.describeRepo", { repo: ann.did });
    await side.query("list, empty repository", LIST, { repo: ann.did, collection: ITEM });
    await side.procedure("twelve at once", "com.atproto.repo.applyWrites", { repo: ann.did, writes }, ann);
    await side.procedure("one of another collection", "com.atproto.repo.createRecord", { repo: ann.did, collection: "org.example.zeta", rkey: "a", record: { z: 1 } }, ann);
    await side.procedure("one of a third collection", "com.atproto.repo.createRecord", { repo: ann.did, collection: "org.example.alpha", rkey: "a", record: { z: 1 } }, ann);

    const list = (label: string, params: Record<string, string | string[]>) => side.query(label, LIST, { repo: ann.did, collection: ITEM, ...params });
    await list("all", {});
    for (const limit of ["0", "1", "5", "12", "13", "100", "101", "-1", "1.5", "x", "", "1e1", "+5", " 5", "0x5", "99999999999999999999"]) await list(`limit ${limit}`, { limit });
    await list("limit twice", { limit: ["3", "4"] });
    const first = (await list("page", { limit: "5" })).json as { cursor?: string };
    await list("next page", { limit: "5", cursor: first.cursor ?? "" });
    await list("cursor in the middle", { limit: "3", cursor: "k06" });
    await list("cursor at the end", { cursor: "k00" });
    await list("cursor beyond", { cursor: "a" });
    await list("cursor that names nothing", { limit: "3", cursor: "k065" });
    await list("cursor odd", { limit: "3", cursor: "a b/ä" });
    for (const reverse of ["true", "false", "1", "yes", "TRUE", ""]) await list(`reverse ${reverse}`, { limit: "3", reverse });
    await list("reverse with cursor", { limit: "3", reverse: "true", cursor: "k06" });
    await list("reverse to the end", { limit: "100", reverse: "true", cursor: "k10" });
    await list("rkeyStart", { limit: "3", rkeyStart: "k03" });
    await list("rkeyEnd", { limit: "3", rkeyEnd: "k03" });
    await list("rkeyStart and rkeyEnd", { rkeyStart: "k02", rkeyEnd: "k06" });
    await list("rkeyStart and rkeyEnd, reverse", { rkeyStart: "k02", rkeyEnd: "k06", reverse: "true" });
    await list("absent collection", { collection: "org.example.none" });
    await list("bad collection", { collection: "nope" });
    await list("by handle", { repo: ann.handle, limit: "1" });
    await list("by handle in upper case", { repo: ann.handle.toUpperCase(), limit: "1" });
    await list("nobody's handle", { repo: "nobody-cf.test" });
    await list("nobody's DID", { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await list("bad repo", { repo: "not an identifier" });
    await side.query("no parameters", LIST);
    await side.query("collection missing", LIST, { repo: ann.did });

    await side.query("describe", "com.atproto.repo.describeRepo", { repo: ann.did });
    await side.query("describe by handle", "com.atproto.repo.describeRepo", { repo: ann.handle });
    await side.query("describe nobody's handle", "com.atproto.repo.describeRepo", { repo: "nobody-cf.test" });
    await side.query("describe nobody's DID", "com.atproto.repo.describeRepo", { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    await side.query("describe, bad repo", "com.atproto.repo.describeRepo", { repo: "not an identifier" });
    await side.query("describe, none", "com.atproto.repo.describeRepo");
  },
};
