import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { AtpAgent, XRPCError } from "@atproto/api";
import { Secp256k1Keypair } from "@atproto/crypto";
import { verifyJwt } from "@atproto/xrpc-server";
import * as plc from "@did-plc/lib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type AppView, keyIn, sendJson, startAppView } from "./test/app-view.ts";
import { type House, startHouse } from "./test/house.ts";
import { signUp } from "./test/people.ts";
import { type Ask, ask as askAt } from "./test/xrpc.ts";

/** A colony with an AppView, which is another server. */
let view: AppView;
let house: House;
let ann: AtpAgent;
let token: string;

const ask = <T = { error: string; message: string }>(path: string, how: Ask = {}) => askAt<T>(path, { origin: house.origin, token, ...how });
const to = (id: string) => ({ "atproto-proxy": `${view.did}#${id}` });

/** An account of a colony, signed in with the unmodified client. */
const join = async (origin: string, handle: string): Promise<AtpAgent> => {
  const agent = new AtpAgent({ service: origin });
  await agent.createAccount({ handle, email: `${handle}@example.com`, password: "opens the door" });
  return agent;
};

/** A DID with services at these addresses, in a real PLC directory. */
const registerService = async (plcUrl: string, endpoints: Record<string, string>): Promise<string> => {
  const key = await Secp256k1Keypair.create();
  const services = Object.fromEntries(Object.entries(endpoints).map(([id, endpoint]) => [id, { type: "Test", endpoint }]));
  const operation = await plc.signOperation({ type: "plc_operation", rotationKeys: [key.did()], alsoKnownAs: [], verificationMethods: {}, services, prev: null }, key);
  const did = await plc.didForCreateOp(operation);
  await new plc.Client(plcUrl).sendOperation(did, operation);
  return did;
};

beforeAll(async () => {
  view = await startAppView({ internal: "https://10.0.0.1", metadata: "http://169.254.169.254", gone: "http://127.0.0.1:9" });
  house = await startHouse(["--open-registration", "--no-rate-limits", "--appview", view.option, "--appview-images", "https://cdn.example/%s/%s/%s"]);
  view.trust(house.plcUrl);
  ann = await join(house.origin, "services-ann.test");
  token = ann.session!.accessJwt;
});

afterAll(async () => {
  await house.stop();
  await view.stop();
});

describe("@atproto/api against a colony with an AppView", () => {
  test("reads the AppView through the colony, and finds there at once what it has written", async () => {
    await ann.app.bsky.feed.post.create({ repo: ann.did! }, { text: "before", createdAt: new Date().toISOString() });
    const { rev } = (await ann.com.atproto.sync.getLatestCommit({ did: ann.did! })).data;
    const post = await ann.post({ text: "now" });
    view.answer("app.bsky.feed.getTimeline", (response) => sendJson(response, { feed: [] }, { "atproto-repo-rev": rev }));
    const { data, headers } = await ann.getTimeline();
    expect(data.feed.map((item) => item.post.uri)).toEqual([post.uri]);
    expect(Number(headers["atproto-upstream-lag"])).toBeGreaterThan(0);
    expect(view.taken.at(-1)).toMatchObject({ nsid: "app.bsky.feed.getTimeline", iss: ann.did });
  });

  test("withProxy reaches the service it names, by method and with a body", async () => {
    const other = ann.withProxy("test_service", view.did);
    other.lex.add({ lexicon: 1, id: "com.example.say", defs: { main: { type: "procedure", input: { encoding: "application/json" }, output: { encoding: "application/json" } } } });
    const said = await other.call("com.example.say", {}, { hello: "world" }, { encoding: "application/json" });
    expect(said.data).toEqual({ ok: true });
    const taken = view.taken.at(-1)!;
    expect([taken.method, taken.nsid, taken.iss, taken.body.toString()]).toEqual(["POST", "com.example.say", ann.did, '{"hello":"world"}']);
  });

  test("keeps preferences with the colony, through the client's own methods", async () => {
    const asked = view.taken.length;
    await ann.setAdultContentEnabled(true);
    await ann.addMutedWord({ value: "spoilers", targets: ["content"], actorTarget: "all" });
    const preferences = await ann.getPreferences();
    expect(preferences.moderationPrefs.adultContentEnabled).toBe(true);
    expect(preferences.moderationPrefs.mutedWords.map(({ value }) => value)).toEqual(["spoilers"]);
    expect(view.taken.length).toBe(asked);
  });

  test("gets tokens that the official library takes", async () => {
    const { data } = await ann.com.atproto.server.getServiceAuth({ aud: `${view.did}#test_service`, lxm: "com.example.upload" });
    expect(await verifyJwt(data.token, `${view.did}#test_service`, "com.example.upload", keyIn(house.plcUrl))).toMatchObject({ iss: ann.did });
    await expect(verifyJwt(data.token, view.did, "com.example.upload", keyIn(house.plcUrl))).rejects.toThrow("audience");
  });

  test("lets a service upload in the account's name, once", async () => {
    const host = (await ann.com.atproto.server.describeServer()).data.did;
    const { data } = await ann.com.atproto.server.getServiceAuth({ aud: host, lxm: "com.atproto.repo.uploadBlob" });
    const upload = () => askAt("com.atproto.repo.uploadBlob", { origin: house.origin, token: data.token, body: new Uint8Array(100), contentType: "video/mp4" });
    expect((await upload()).status).toBe(200);
    expect(await upload()).toMatchObject({ status: 401, json: { error: "JwtReplayed" } });
  });
});

describe("bodies", () => {
  test("come as they are sent, part by part", async () => {
    let go: (value?: unknown) => void = () => undefined;
    const gate = new Promise((resolve) => (go = resolve));
    view.answer("com.example.parts", async (response) => {
      response.writeHead(200, { "content-type": "text/plain" }).write("first ");
      await gate;
      response.end("second");
    });
    const response = await fetch(`${house.origin}/xrpc/com.example.parts`, { headers: { authorization: `Bearer ${token}`, "accept-encoding": "identity" } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    // The service waits for us to have read this.
    expect((await reader.read()).value).toBe("first ");
    go();
    expect((await reader.read()).value).toBe("second");
  });

  test("may be packed, and then arrive as they were", async () => {
    view.answer("com.example.packed", (response) => void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync('{"packed":true}')));
    for (const encoding of ["gzip", "gzip, deflate, br"]) expect((await ask<object>("com.example.packed", { headers: { "accept-encoding": encoding } })).json).toEqual({ packed: true });
  });

  test("that do not end, or unpack to more than anybody asked for, are cut off", async () => {
    view.answer("com.example.endless", (response) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", more);
      more();
    });
    await expect(ask("com.example.endless")).rejects.toThrow();
    view.answer("com.example.bomb", (response) => void response.writeHead(200, { "content-type": "application/octet-stream", "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(40_000_000))));
    await expect(ask("com.example.bomb", { headers: { "accept-encoding": "gzip" } })).rejects.toThrow();
    expect((await ask("com.example.fine")).status).toBe(200);
  });

  test("end at the service when the caller goes away", async () => {
    let closed: Promise<unknown> = Promise.resolve();
    view.answer("com.example.waiting", (response) => {
      closed = once(response, "close");
      response.writeHead(200, { "content-type": "text/plain" }).write("first");
      // That nobody reads any more shows when there is something to read.
      const more = setInterval(() => response.write("more"), 20);
      response.once("close", () => clearInterval(more));
    });
    const leave = new AbortController();
    const response = await fetch(`${house.origin}/xrpc/com.example.waiting`, { headers: { authorization: `Bearer ${token}`, "accept-encoding": "identity" }, signal: leave.signal });
    await response.body!.getReader().read();
    leave.abort();
    await closed;
  });
});

describe("services that misbehave", () => {
  test("that break off or do not answer in time cost nobody else anything", async () => {
    view.answer("com.example.broken", async (response) => {
      response.writeHead(200, { "content-type": "application/json" }).write('{"foo"');
      await sleep(20);
      response.destroy();
    });
    await expect(ask("com.example.broken")).rejects.toThrow();
    view.answer("com.example.silent", () => undefined);
    const silent = ask("com.example.silent");
    expect((await ask("com.example.fine")).status).toBe(200);
    expect(await silent).toMatchObject({ status: 502, json: { error: "UpstreamFailure", message: "Upstream service unreachable" } });
  });

  test("that redirect lead nobody anywhere", async () => {
    const inside: string[] = [];
    view.answer("com.example.inside", (response) => {
      inside.push("asked");
      sendJson(response, { secret: true });
    });
    view.answer("com.example.away", (response) => void response.writeHead(307, { location: `${view.url}/xrpc/com.example.inside`, "set-cookie": "a=b" }).end());
    const response = await fetch(`${house.origin}/xrpc/com.example.away`, { headers: { authorization: `Bearer ${token}` }, redirect: "manual" });
    expect([response.status, response.headers.get("location"), response.headers.get("set-cookie"), inside]).toEqual([307, null, null, []]);
  });

  test("that live at internal addresses are not asked, nor those that are not there", async () => {
    for (const id of ["internal", "metadata", "gone"]) expect(await ask("com.example.x", { headers: to(id) })).toMatchObject({ status: 502, json: { error: "UpstreamFailure" } });
    expect(await ask("com.example.x", { headers: to("nothing") })).toMatchObject({ status: 400, json: { message: "could not resolve proxy did service url" } });
  });

  test("that refuse are told of in their own words", async () => {
    view.answer("com.example.refusing", (response) => sendJson(response, { error: "FooBar", message: "My message" }, { "retry-after": "3" }, 500));
    const refused = await ask("com.example.refusing");
    expect([refused.status, refused.json, refused.headers.get("retry-after")]).toEqual([502, { error: "FooBar", message: "My message" }, "3"]);
  });
});

describe("a colony on a public origin", () => {
  test("asks no service of this machine or its network, whatever a DID document says", async () => {
    const open = await startHouse(["--open-registration", "--no-rate-limits", "--origin", "https://colony.example.com", "--relay-port", "0"]);
    try {
      const login = (await askAt<{ did: string; password: string }>("/agents/create", { origin: open.origin, token: open.adminKey, body: { name: "public-ann", keys: "self" } })).json;
      const session = await askAt<{ accessJwt: string }>("com.atproto.server.createSession", { origin: open.origin, body: { identifier: login.did, password: login.password } });
      const did = await registerService(open.plcUrl, { plain: view.url, tls: view.url.replace("http:", "https:"), address: "https://127.0.0.1", name: "https://printer.local" });
      const before = view.taken.length + view.refused.length;
      const asked = (header: string) => askAt("com.example.x", { origin: open.origin, token: session.json.accessJwt, headers: { "atproto-proxy": header } });
      for (const id of ["plain", "tls", "address", "name"]) expect(await asked(`${did}#${id}`)).toMatchObject({ status: 502, json: { error: "UpstreamFailure", message: "Upstream service unreachable" } });
      expect(await asked(`${view.did}#test_service`)).toMatchObject({ status: 400, json: { message: "could not resolve proxy did" } });
      expect(view.taken.length + view.refused.length).toBe(before);
    } finally {
      await open.stop();
    }
  });
});

describe("a colony without an AppView", () => {
  test("says so at once, and keeps preferences all the same", async () => {
    const ben = await signUp("services-ben");
    const failure = await ben.agent.getTimeline().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(XRPCError);
    expect(failure).toMatchObject({ status: 400, error: "InvalidRequest", message: "No service configured for app.bsky.feed.getTimeline" });
    await ben.agent.setAdultContentEnabled(true);
    expect((await ben.agent.getPreferences()).moderationPrefs.adultContentEnabled).toBe(true);
    const report = { reasonType: "com.atproto.moderation.defs#reasonSpam", subject: { $type: "com.atproto.admin.defs#repoRef", did: ben.did } };
    expect(await askAt("com.atproto.moderation.createReport", { token: ben.token, body: report })).toMatchObject({ status: 400, json: { message: "No service configured for com.atproto.moderation.createReport" } });
    expect(await askAt("com.example.unknown", { origin: inject("origin") })).toMatchObject({ status: 400, json: { message: "No service configured for com.example.unknown" } });
  });
});
