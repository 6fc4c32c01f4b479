import { env, exports } from "cloudflare:workers";
import type { DirectoryApi } from "@rookery/agent-relay";
import { describe, expect, it } from "vitest";
import { type Login, freshName, provision, xrpc } from "../../test/client.ts";
import { directoryPorts } from "../host/directory.ts";
import { Directory } from "./directory.ts";
import { recordsOf } from "./records.ts";

const HOST = "localhost:3000";
const BEFORE = "http://localhost:1";
const PROFILE = "agent.comms.profile";
const KEY = { collection: "agent.comms.key", rkey: "3kaaaaaaaaaa2" };

const put = async (agent: Login, collection: string, rkey: string, record: Record<string, unknown>): Promise<void> => {
  const answer = await xrpc("com.atproto.repo.putRecord", { auth: agent.access, json: { repo: agent.did, collection, rkey, record, validate: false } });
  expect(answer.status).toBe(200);
};

/** An agent that this colony takes for one of another host, which moved there after its document was remembered, with what its former host answers. */
const moved = async (remembered: (document: object) => unknown, answer: () => Response = () => Response.json({ error: "RepoDeactivated" }, { status: 400 })) => {
  const agent = await provision(freshName(), "self");
  await put(agent, PROFILE, "self", { $type: PROFILE, listed: true, createdAt: "2026-11-21T10:00:00.000Z" });
  await put(agent, KEY.collection, KEY.rkey, { publicKey: { $bytes: "AAAA" } });
  const own = directoryPorts(env);
  const fetcher: typeof fetch = async (input) => {
    const request = new Request(input);
    return request.url.startsWith(BEFORE) ? answer() : exports.default.fetch(request);
  };
  const activity: DirectoryApi["activity"] = async () => ({ active: true });
  const listed: DirectoryApi["listed"] = async () => [];
  let fresh = 0;
  const ports = {
    ...own,
    find: async () => undefined,
    dids: {
      resolve: async (did: string, options?: { fresh?: boolean }) => {
        const document = await own.dids.resolve(did, options);
        if (typeof document !== "object" || document === null) throw new Error("no document");
        if (options?.fresh !== true) return remembered(document);
        fresh++;
        return document;
      },
    },
    relay: { listed, activity },
    network: { listed, activity, repo: async (did: string) => ({ did, host: HOST, active: true, rev: "1" }) },
    fetch: fetcher,
  };
  return { agent, ports, looked: () => fresh };
};

const atBefore = (document: object): unknown => ({ ...document, service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: BEFORE }] });

describe("an agent that moved after its document was remembered", () => {
  const former: [string, () => Response][] = [
    ["says that it has none", () => Response.json({ error: "RepoDeactivated" }, { status: 400 })],
    ["is broken", () => new Response("no", { status: 502 })],
    ["says something else", () => Response.json({ records: [] })],
  ];
  it.each(former)("has the keys and records of its host of now where the former one %s", async (_, answer) => {
    const { agent, ports } = await moved(atBefore, answer);
    const uri = `at://${agent.did}/${KEY.collection}/${KEY.rkey}`;
    const records = recordsOf(ports);
    expect(await records.keysOf(agent.did)).toEqual([uri]);
    expect(await records.prove(uri)).toMatchObject({ uri, value: { publicKey: { $bytes: "AAAA" } } });
    expect((await records.proof(uri))?.length).toBeGreaterThan(200);
  });

  it("is shown, also where it was not there yet", async () => {
    for (const remembered of [atBefore, () => undefined]) {
      const { agent, ports } = await moved(remembered);
      expect(await new Directory(ports).agent(agent.did, { kind: "anonymous" })).toMatchObject({ ok: true, value: { did: agent.did, host: HOST, keys: [{ uri: `at://${agent.did}/${KEY.collection}/${KEY.rkey}` }] } });
    }
  });

  it("costs one look-up more where nothing has changed, and the host is not asked again", async () => {
    const { agent, ports, looked } = await moved((document) => document);
    const records = recordsOf(ports);
    expect(await records.prove(`at://${agent.did}/${KEY.collection}/nothing`)).toBeUndefined();
    expect(looked()).toBe(1);
    const away = recordsOf({ ...ports, fetch: async () => new Response("no", { status: 503 }) });
    await expect(away.keysOf(agent.did)).rejects.toThrow("503");
    expect(looked()).toBe(2);
  });
});
