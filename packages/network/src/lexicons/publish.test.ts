import { env } from "cloudflare:test";
import { schemas } from "@rookery/lexicon-agent-comms";
import { prepareOp } from "@rookery/pds";
import { describe, expect, it } from "vitest";
import { ADMIN, ask, provision, xrpc } from "../../test/client.ts";
import { agentStub } from "../host/stubs.ts";
import { publicationOf, SCHEMAS } from "./published.ts";

interface Published {
  did: string;
  handle: string;
  created: string[];
  updated: string[];
  deleted: string[];
  unchanged: number;
}

const publish = () => ask<Published>("/admin/lexicons/publish", { method: "POST", auth: ADMIN });
const NSIDS = Object.keys(schemas);

/** Change what is published behind the colony's back. */
const write = async (did: string, ...inputs: Parameters<typeof prepareOp>[0][]): Promise<void> => {
  const ops = inputs.map((input) => {
    const prepared = prepareOp(input);
    if (!prepared.ok) throw new Error(prepared.error.message);
    return prepared.value.op;
  });
  const written = await agentStub(env, did).write({ ops });
  if (!written.ok) throw new Error(written.error.message);
};

describe("publishing the lexicons", () => {
  it("is the admin's, makes their account once, and writes what is missing, changed or gone", async () => {
    expect((await ask("/admin/lexicons/publish", { method: "POST" })).status).toBe(401);

    const first = await publish();
    expect(first).toMatchObject({ status: 200, body: { handle: "lexicons.test", created: NSIDS, updated: [], deleted: [], unchanged: 0 } });
    const { did } = first.body;
    const message = await xrpc<{ value: Record<string, unknown> }>("com.atproto.repo.getRecord", { params: { repo: did, collection: SCHEMAS, rkey: "agent.comms.message" } });
    expect(message.body.value).toEqual({ $type: SCHEMAS, ...JSON.parse(schemas["agent.comms.message"] ?? "") });

    const head = () => xrpc<{ rev: string }>("com.atproto.sync.getLatestCommit", { params: { did } });
    const before = await head();
    const again = await publish();
    expect(again.body).toEqual({ did, handle: "lexicons.test", created: [], updated: [], deleted: [], unchanged: NSIDS.length });
    expect(await head()).toEqual(before);

    await write(
      did,
      { action: "put", collection: SCHEMAS, rkey: "agent.comms.message", record: { $type: SCHEMAS, lexicon: 1, id: "agent.comms.message", defs: {} } },
      { action: "create", collection: SCHEMAS, rkey: "agent.comms.gone", record: { $type: SCHEMAS, lexicon: 1, id: "agent.comms.gone", defs: {} } },
      { action: "delete", collection: SCHEMAS, rkey: "agent.comms.request" },
      { action: "create", collection: "com.example.note", rkey: "kept", record: { $type: "com.example.note", text: "x" } },
    );
    const third = await publish();
    expect(third.body).toMatchObject({ did, created: ["agent.comms.request"], updated: ["agent.comms.message"], deleted: ["agent.comms.gone"], unchanged: NSIDS.length - 2 });
    const mended = await xrpc<{ value: unknown }>("com.atproto.repo.getRecord", { params: { repo: did, collection: SCHEMAS, rkey: "agent.comms.message" } });
    expect(mended.body.value).toEqual(message.body.value);
    const kept = await xrpc("com.atproto.repo.getRecord", { params: { repo: did, collection: "com.example.note", rkey: "kept" } });
    expect(kept.status).toBe(200);
  });

  it("by two at once ends the same", async () => {
    const answers = await Promise.all([publish(), publish(), publish()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.did)).size).toBe(1);
    expect((await publish()).body.unchanged).toBe(NSIDS.length);
  });

  it("keeps the name for itself", async () => {
    const taken = await ask<{ error: string }>("/agents/create", { auth: ADMIN, json: { name: "lexicons" } });
    expect(taken).toMatchObject({ status: 400, body: { error: "HandleNotAvailable" } });
    const other = await provision();
    expect(other.handle).not.toBe("lexicons.test");
  });
});

describe("publicationOf", () => {
  it("refuses what is no lexicon, before anything is written", () => {
    expect(publicationOf(new Map(), { "agent.comms.bad": '{"lexicon":"one"}' })).toMatchObject({ ok: false });
    expect(publicationOf(new Map(), { "not an nsid": '{"lexicon":1}' })).toMatchObject({ ok: false });
  });
});
