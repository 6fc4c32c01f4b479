import { env, exports } from "cloudflare:workers";
import type { DirectoryApi, NetworkApi } from "@rookery/agent-relay";
import type { AgentNetworkGetAgentOutput } from "@rookery/lexicon-agent-comms";
import { base64Decode } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { type Login, ORIGIN, freshName, provision, xrpc } from "../../test/client.ts";
import { directoryPorts } from "../host/directory.ts";
import { Directory } from "./directory.ts";
import { settleProfiles } from "./settle-profiles.ts";

const HOST = "localhost:3000";
const PROFILE = "agent.comms.profile";
const LIST = { listed: true, createdAt: "2026-11-21T10:00:00.000Z" };

/** What the other host does with an answer before it gives it. */
type Lie = (path: string, answer: Response) => Response | Promise<Response>;

/**
 * A directory to which this very colony is another host: nobody is local, and requests go in by the front door. So hosts, proofs
 * and signatures are real, and what is between them can lie.
 */
const abroad = ({ lie = (_, answer) => answer, carried }: { lie?: Lie; carried?: Partial<Awaited<ReturnType<NetworkApi["repo"]>>> } = {}) => {
  const asked: string[] = [];
  const activity: DirectoryApi["activity"] = async () => ({ active: true, lastEventAt: 1_700_000_000_000 });
  const listed: DirectoryApi["listed"] = async () => [];
  const fetcher: typeof fetch = async (input) => {
    const request = new Request(input);
    const path = request.url.slice(ORIGIN.length);
    asked.push(path.split("?")[0] ?? "");
    return lie(path, await exports.default.fetch(request));
  };
  const ports = {
    ...directoryPorts(env),
    find: async () => undefined,
    relay: { listed, activity },
    network: { listed, activity, repo: async (did: string) => ({ did, host: HOST, active: true, rev: "1", ...carried }) },
    fetch: fetcher,
  };
  return { ports, directory: new Directory(ports), asked };
};

const put = async (agent: Login, collection: string, rkey: string, record: Record<string, unknown>): Promise<void> => {
  const answer = await xrpc("com.atproto.repo.putRecord", { auth: agent.access, json: { repo: agent.did, collection, rkey, record, validate: false } });
  expect(answer.status).toBe(200);
};

const listedAgent = async (): Promise<Login> => {
  const agent = await provision(freshName(), "self");
  await put(agent, PROFILE, "self", { $type: PROFILE, ...LIST });
  await put(agent, "agent.comms.key", "3kaaaaaaaaaa2", { publicKey: { $bytes: "AAAA" } });
  return agent;
};

describe("agents of other hosts", () => {
  it("are shown with what their proofs say, and remembered for a while", async () => {
    const ada = await listedAgent();
    const { directory, asked } = abroad();
    const found = await directory.agent(ada.did, { kind: "anonymous" });
    expect(found).toMatchObject({ ok: true, value: { did: ada.did, handle: ada.handle, host: HOST, local: false, lastSeenAt: "2023-11-14T22:13:20.000Z" } });
    const { keys, profile } = (found as { value: AgentNetworkGetAgentOutput }).value;
    expect(profile?.value).toEqual({ $type: PROFILE, ...LIST });
    expect(keys).toHaveLength(1);
    expect(base64Decode(keys[0]?.proof.$bytes ?? "")?.length).toBeGreaterThan(200);
    const before = asked.length;
    await directory.agent(ada.did, { kind: "anonymous" });
    expect(asked).toHaveLength(before);
  });

  it("are asked about once, however many ask at a time", async () => {
    const ada = await listedAgent();
    const { directory, asked } = abroad();
    await Promise.all(Array.from({ length: 10 }, () => directory.agent(ada.did, { kind: "anonymous" })));
    expect(asked.filter((path) => path.endsWith("listRecords"))).toHaveLength(1);
  });

  it("are not shown unless they are listed, and their keys not asked for; the admin sees them", async () => {
    const bob = await provision(freshName(), "self");
    const { directory, asked } = abroad();
    for (const caller of [{ kind: "anonymous" } as const, { kind: "agent", did: bob.did, scope: "com.atproto.access", until: 0 } as const])
      expect(await directory.agent(bob.did, caller)).toMatchObject({ ok: false, error: { status: 404, name: "AgentNotFound" } });
    expect(new Set(asked)).toEqual(new Set(["/xrpc/com.atproto.sync.getRecord"]));
    expect(await directory.agent(bob.did, { kind: "admin" })).toMatchObject({ ok: true, value: { did: bob.did, keys: [] } });
  });

  it("are nobody when they are not carried here, or not active", async () => {
    const ada = await listedAgent();
    const inactive = abroad({ carried: { active: false } });
    expect(await inactive.directory.agent(ada.did, { kind: "admin" })).toMatchObject({ ok: false, error: { name: "AgentNotFound" } });
    const { ports } = abroad();
    const unknown = new Directory({ ...ports, network: { ...ports.network, repo: async () => undefined } });
    expect(await unknown.agent(ada.did, { kind: "admin" })).toMatchObject({ ok: false, error: { name: "AgentNotFound" } });
  });

  it("are asked at the host that their events come from, or not at all", async () => {
    const ada = await listedAgent();
    const { directory, asked } = abroad({ carried: { host: "other.example.org" } });
    expect(await directory.agent(ada.did, { kind: "anonymous" })).toMatchObject({ ok: false, error: { status: 502, name: "HostUnavailable", message: expect.stringContaining("its events come from other.example.org") } });
    expect(asked).toEqual([]);
  });

  const proofOf = async (did: string, collection: string, rkey: string) => exports.default.fetch(new Request(`${ORIGIN}/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did, collection, rkey })}`));
  const lies: Record<string, (ada: Login, eve: Login) => Lie> = {
    "another repository's proof": (_, eve) => (path, answer) => (path.includes("getRecord?") ? proofOf(eve.did, PROFILE, "self") : answer),
    "a flipped bit": () => async (path, answer) => {
      if (!path.includes("getRecord?")) return answer;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      return new Response(bytes);
    },
    "another record of the same repository": (ada) => (path, answer) => (path.includes("self") ? proofOf(ada.did, "agent.comms.key", "3kaaaaaaaaaa2") : answer),
    "something that is no proof": () => (path, answer) => (path.includes("getRecord?") ? new Response("hello") : answer),
    "too much": () => (path, answer) => (path.includes("getRecord?") ? new Response(new Uint8Array(300_000)) : answer),
    "a redirect": () => (path, answer) => (path.includes("getRecord?") ? new Response(null, { status: 302, headers: { location: "http://localhost:1/" } }) : answer),
    "an error": () => (path, answer) => (path.includes("listRecords") ? new Response("no", { status: 500 }) : answer),
  };

  it.each(Object.entries(lies))("are not shown on the strength of %s", async (_, lie) => {
    const [ada, eve] = [await listedAgent(), await listedAgent()];
    const { directory } = abroad({ lie: lie(ada, eve) });
    expect(await directory.agent(ada.did, { kind: "anonymous" })).toMatchObject({ ok: false, error: { status: 502, name: "HostUnavailable" } });
  });

  it("have no handle that does not point back at them", async () => {
    const ada = await listedAgent();
    const { directory } = abroad({ lie: (path, answer) => (path.includes("resolveHandle") ? Response.json({ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }) : answer) });
    expect(await directory.agent(ada.did, { kind: "anonymous" })).toMatchObject({ ok: true, value: { handle: "handle.invalid" } });
  });
});

describe("profiles that nobody has seen", () => {
  const settle = async (agents: Login[], lie?: Lie) => {
    const settled: Record<string, boolean> = {};
    const { ports } = abroad(lie === undefined ? {} : { lie });
    await settleProfiles({
      ...ports,
      network: {
        doubtfulProfiles: async () => agents.map(({ did }) => ({ did, host: HOST })),
        settleProfile: async ({ did, record }) => {
          settled[did] = record !== null;
        },
      },
    });
    return settled;
  };

  it("are fetched with their proof, or found to be absent", async () => {
    const [ada, bob] = [await listedAgent(), await provision(freshName(), "self")];
    expect(await settle([ada, bob])).toEqual({ [ada.did]: true, [bob.did]: false });
  });

  it("wait while their host is away or lies, and keep nobody waiting", async () => {
    const [ada, bob, eve] = [await listedAgent(), await listedAgent(), await listedAgent()];
    const settled = await settle([ada, bob, eve], (path, answer) => (path.includes(encodeURIComponent(ada.did)) ? new Response("no", { status: 503 }) : path.includes(encodeURIComponent(bob.did)) ? new Response("hm") : answer));
    expect(settled).toEqual({ [eve.did]: true });
  });
});
