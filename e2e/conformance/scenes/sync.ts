import type { Scene } from "../scene.ts";

const NOTE = "org.example.note";
const NOBODY = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const CID = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";

/** com.atproto.sync.*: reads of whole repositories by anybody. */
export const sync: Scene = {
  name: "sync",
  play: async (side) => {
    const ann = await side.person("cf-sync-ann");
    await side.query("latest commit, empty", "com.atproto.sync.getLatestCommit", { did: ann.did });
    for (const rkey of ["a", "b", "c"]) await side.quiet({ path: "/xrpc/com.atproto.repo.createRecord", as: ann, body: { repo: ann.did, collection: NOTE, rkey, record: { rkey } } });
    const head = (await side.query("latest commit", "com.atproto.sync.getLatestCommit", { did: ann.did })).json as { cid: string; rev: string };

    for (const method of ["getLatestCommit", "getRepoStatus", "getRepo", "listBlobs", "getHead", "getCheckout"]) {
      const ask = (label: string, params: Record<string, string>) => side.query(`${method}, ${label}`, `com.atproto.sync.${method}`, params);
      await ask("right", { did: ann.did });
      await ask("nobody's DID", { did: NOBODY });
      await ask("handle", { did: ann.handle });
      await ask("no DID", { did: "nope" });
      await ask("nothing", {});
      await ask("did:web", { did: "did:web:example.com" });
      await ask("since", { did: ann.did, since: head.rev });
      await ask("since, no TID", { did: ann.did, since: "nope" });
      await ask("since the future", { did: ann.did, since: "3zzzzzzzzzzzz" });
      await side.ask(`${method}, HEAD`, { method: "HEAD", path: `/xrpc/com.atproto.sync.${method}?did=${ann.did}` });
      await side.query(`${method}, by the admin`, `com.atproto.sync.${method}`, { did: ann.did }, "admin");
      await side.query(`${method}, by the account`, `com.atproto.sync.${method}`, { did: ann.did }, ann);
      await side.query(`${method}, nobody's, by the admin`, `com.atproto.sync.${method}`, { did: NOBODY }, "admin");
    }

    const record = (label: string, params: Record<string, string>) => side.query(`getRecord, ${label}`, "com.atproto.sync.getRecord", params);
    await record("right", { did: ann.did, collection: NOTE, rkey: "a" });
    await record("absent", { did: ann.did, collection: NOTE, rkey: "none" });
    await record("absent collection", { did: ann.did, collection: "org.example.none", rkey: "none" });
    await record("nobody's", { did: NOBODY, collection: NOTE, rkey: "a" });
    await record("bad rkey", { did: ann.did, collection: NOTE, rkey: "a b" });
    await record("bad collection", { did: ann.did, collection: "nope", rkey: "a" });
    await record("handle", { did: ann.handle, collection: NOTE, rkey: "a" });
    await record("commit given", { did: ann.did, collection: NOTE, rkey: "a", commit: head.cid });
    await record("rkey missing", { did: ann.did, collection: NOTE });

    const blocks = (label: string, cids: string | string[], did = ann.did) => side.query(`getBlocks, ${label}`, "com.atproto.sync.getBlocks", { did, cids });
    await blocks("head", head.cid);
    await blocks("head twice", [head.cid, head.cid]);
    await blocks("one missing", [head.cid, CID]);
    await blocks("missing", CID);
    await blocks("no CID", "nope");
    await blocks("nobody's", head.cid, NOBODY);
    await side.query("getBlocks, none", "com.atproto.sync.getBlocks", { did: ann.did });

    const blob = (label: string, params: Record<string, string>) => side.query(`getBlob, ${label}`, "com.atproto.sync.getBlob", params);
    await blob("absent", { did: ann.did, cid: CID });
    await blob("no CID", { did: ann.did, cid: "nope" });
    await blob("nobody's", { did: NOBODY, cid: CID });
    await blob("nothing", {});

    for (const limit of ["0", "1", "1000", "1001", "x"]) {
      const got = await side.quiet({ path: `/xrpc/com.atproto.sync.listRepos?limit=${limit}` });
      side.answers.set(`listRepos, limit ${limit}`, { status: got.status, headers: {}, error: (got.json as { error?: string }).error ?? "none", message: (got.json as { message?: string }).message ?? "none" });
    }
    const page = (await side.quiet({ path: "/xrpc/com.atproto.sync.listRepos?limit=1" })).json as { cursor?: string; repos: Record<string, unknown>[] };
    side.answers.set("listRepos, shape", { status: 200, headers: {}, body: { cursor: typeof page.cursor, keys: Object.keys(page.repos[0] ?? {}).toSorted() } });
    await side.query("listRepos, bad cursor", "com.atproto.sync.listRepos", { cursor: "nope" });
    await side.query("listBlobs, limit 0", "com.atproto.sync.listBlobs", { did: ann.did, limit: "0" });
    await side.query("listBlobs, limit 1001", "com.atproto.sync.listBlobs", { did: ann.did, limit: "1001" });
    await side.query("listBlobs, cursor", "com.atproto.sync.listBlobs", { did: ann.did, cursor: CID });
    await side.query("listBlobs, cursor no CID", "com.atproto.sync.listBlobs", { did: ann.did, cursor: "nope" });
    for (const method of ["requestCrawl", "notifyOfUpdate"]) await side.procedure(method, `com.atproto.sync.${method}`, { hostname: "example.com" });
    for (const method of ["listHosts", "listReposByCollection", "getHostStatus"]) await side.query(method, `com.atproto.sync.${method}`, { collection: NOTE, hostname: "example.com" });
  },
};
