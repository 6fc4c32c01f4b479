import { request } from "node:http";
import { beforeAll, expect, inject, test } from "vitest";
import { NOTES, type Person, signUp } from "./test/people.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

let ann: Person;

beforeAll(async () => {
  ann = await signUp("id-ann");
});

/** GET as if a handle's own domain led here. */
const getAs = (host: string, path: string): Promise<{ status: number; type: string; body: string }> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(inject("origin"));
    request({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body }));
    })
      .on("error", reject)
      .end();
  });

test("a handle's domain answers with its DID", async () => {
  expect(await getAs(ann.handle, "/.well-known/atproto-did")).toMatchObject({ status: 200, body: ann.did, type: expect.stringContaining("text/plain") });
  expect((await getAs("nobody.test", "/.well-known/atproto-did")).status).toBe(404);
});

test("the host is a did:web that names itself", async () => {
  const { json } = await ask<{ id: string }>("/.well-known/did.json");
  expect(json).toMatchObject({
    id: `did:web:${encodeURIComponent(new URL(inject("origin")).host)}`,
    // The relay view stands beside it.
    service: expect.arrayContaining([expect.objectContaining({ type: "AtprotoPersonalDataServer", serviceEndpoint: inject("origin") })]) as object[],
  });
});

test("a new account announces itself: identity, account, its first commit, its state", async () => {
  const stream = await openStream();
  const { did } = await signUp("id-new");
  const about = () => stream.frames.flatMap((frame) => (frame.kind === "message" && ((frame.t === "#commit" && frame.body.repo === did) || ("did" in frame.body && frame.body.did === did)) ? [frame] : []));
  await until(() => about().length >= 4, "four events");
  stream.close();
  expect(about().map(({ t }) => t)).toEqual(["#identity", "#account", "#commit", "#sync"]);
  expect(about()[0]?.body).toMatchObject({ handle: "id-new.test" });
  expect(about()[1]?.body).toMatchObject({ active: true });
  expect(about()[2]?.body).toMatchObject({ since: null, ops: [] });
});

test("a cursor ahead of the stream is told so, and the socket closed", async () => {
  const stream = await openStream(Number.MAX_SAFE_INTEGER - 1);
  await until(() => stream.closed !== undefined, "the end");
  expect(stream.frames).toMatchObject([{ kind: "error", error: "FutureCursor" }]);
});

test("a reader at the newest cursor gets what comes, nothing else", async () => {
  const past = await openStream(0);
  await until(() => past.frames.length > 0, "the past");
  const { data } = await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, rkey: "newest", record: {} });
  const at = () => past.frames.find((frame) => frame.kind === "message" && frame.t === "#commit" && frame.body.rev === data.commit?.rev);
  await until(() => at() !== undefined, "the commit");
  const frame = at();
  past.close();
  const seq = frame?.kind === "message" && "seq" in frame.body ? frame.body.seq : 0;
  const now = await openStream(seq);
  await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, rkey: "next", record: {} });
  // Others share this colony, and may still say something.
  const own = () => now.frames.find((one) => one.kind === "message" && one.t === "#commit" && one.body.repo === ann.did);
  await until(() => own() !== undefined, "the next commit");
  now.close();
  expect(own()).toMatchObject({ body: { ops: [{ action: "create", path: `${NOTES}/next` }] } });
  expect(now.frames.every((one) => one.kind === "message" && one.t !== "#info" && one.body.seq > seq)).toBe(true);
});

test("listRepos has every account once, in pages, with its head", async () => {
  const seen = new Map<string, string>();
  for (let cursor: string | undefined, more = true; more; ) {
    const { json } = await ask<{ repos: { did: string; head: string; rev: string; active: boolean }[]; cursor?: string }>("com.atproto.sync.listRepos", { params: { limit: "5", ...(cursor === undefined ? {} : { cursor }) } });
    for (const { did, head } of json.repos) {
      expect(seen.has(did)).toBe(false);
      seen.set(did, head);
    }
    cursor = json.cursor;
    more = cursor !== undefined;
  }
  const { json } = await ask<{ cid: string }>("com.atproto.sync.getLatestCommit", { params: { did: ann.did } });
  expect(seen.get(ann.did)).toBe(json.cid);
  expect((await ask("com.atproto.sync.getRepoStatus", { params: { did: ann.did } })).json).toMatchObject({ did: ann.did, active: true });
});
