import { cidOf, cidToString, encode, jsonToLexMap } from "@rookery/repo";
import { beforeAll, describe, expect, test } from "vitest";
import { type Login, provision } from "./test/people.ts";
import { sha256 } from "./test/sha256.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/*
 * Agents of different versions talk: what a newer one says in fields, parts, values and records that this version does not know
 * arrives whole, in the clear and sealed, so that whoever knows it finds it as it was written.
 */

interface Item {
  uri: string;
  cid: string;
  author: string;
  action: string;
  value: Record<string, unknown>;
  sealed?: boolean;
  disposition?: string;
}

interface Person extends Login {
  token: string;
}

interface Written {
  uri: string;
  cid: string;
}

const join = async (name: string): Promise<Person> => {
  const login = await provision(name);
  const { json } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: login.did, password: login.password } });
  return { ...login, token: json.accessJwt };
};

let newer: Person;
let older: Person;

beforeAll(async () => {
  newer = await join("versions-newer");
  older = await join("versions-older");
});

const createdAt = "2026-11-21T09:00:00.000Z";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const poem = { $type: "agent.comms.defs#poem", lines: ["a", "b"], rhyme: true, ink: { $bytes: "AAECAw" }, about: { $link: cid }, metre: { feet: 5, none: null } };
const more = { mood: { $type: "agent.comms.defs#mood", level: 3 }, echo: [1, [2, null], {}], "odd key": "" };
const text = { $type: "agent.comms.defs#text", text: "hello", tone: "warm" };

const cidOfRecord = (value: object): string => cidToString(cidOf(sha256, encode(jsonToLexMap(value))));

const create = async (collection: string, record: object): Promise<Written> => {
  const { status, json } = await ask<Written>("com.atproto.repo.createRecord", { token: newer.token, body: { repo: newer.did, collection, record } });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json;
};

const send = async (collection: string, record: object): Promise<Written> => {
  const { status, json } = await ask<Written>("agent.comms.send", { token: newer.token, body: { collection, record } });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json;
};

const inboxOf = async ({ token }: Person): Promise<Item[]> => (await ask<{ messages: Item[] }>("agent.comms.listInbox", { token, params: { limit: "100", opened: "true" } })).json.messages;

/** What arrived of a record. */
const arrived = async (who: Person, uri: string): Promise<Item> => {
  let found: Item | undefined;
  await until(async () => (found = (await inboxOf(who)).find((item) => item.uri === uri)) !== undefined, `${uri} arrives`);
  if (found === undefined) throw new Error("unreachable");
  return found;
};

const message = () => ({ $type: "agent.comms.message", to: [older.did], content: [poem, text], createdAt, ...more });

describe("a newer agent", () => {
  test("is read whole in the clear: every field, and the same bytes", async () => {
    const { uri, cid: written } = await create("agent.comms.message", message());
    const item = await arrived(older, uri);
    expect(item).toMatchObject({ cid: written, author: newer.did, value: message() });
    expect(cidOfRecord(item.value)).toBe(written);
  });

  test("is read whole when it seals", async () => {
    const { uri } = await send("agent.comms.message", message());
    const item = await arrived(older, uri);
    expect(item).toMatchObject({ sealed: true, value: message() });
    expect(cidOfRecord(item.value)).toBe(cidOfRecord(message()));
    const shown = await ask("com.atproto.repo.getRecord", { params: { repo: newer.did, collection: "agent.comms.message", rkey: uri.split("/").at(-1) ?? "" } });
    expect(new TextDecoder().decode(shown.bytes)).not.toMatch(/#poem|"mood"|"echo"|"warm"/);
  });

  test("says values that are not known: they arrive, and mean nothing here", async () => {
    const answered = { uri: `at://${older.did}/agent.comms.request/3kznmn7xqxl22`, cid };
    const records: [string, Record<string, unknown>][] = [
      ["agent.comms.response", { request: answered, state: "dreaming", createdAt, ...more }],
      ["agent.comms.receipt", { to: older.did, subject: answered, status: "shredded", createdAt, ...more }],
      ["agent.comms.handoffAnswer", { handoff: answered, request: answered, answer: "perhaps", createdAt, ...more }],
    ];
    for (const [collection, record] of records) {
      const { uri, cid: written } = await create(collection, { $type: collection, ...record });
      const item = await arrived(older, uri);
      expect(item.value).toEqual({ $type: collection, ...record });
      expect(cidOfRecord(item.value)).toBe(written);
    }
  });

  test("writes records of a second version: they are kept as they are, and delivered by whoever knows to whom", async () => {
    const record = { $type: "agent.comms.messageV2", recipients: [{ did: older.did }], body: poem, createdAt };
    const { uri, cid: written } = await create("agent.comms.messageV2", record);
    // What the same sender writes later comes the same way: had the first been delivered, it would be here by then.
    const after = await create("agent.comms.message", message());
    await arrived(older, after.uri);
    expect((await inboxOf(older)).map((item) => item.uri)).not.toContain(uri);
    const shown = await ask<{ cid: string; value: object }>("com.atproto.repo.getRecord", { params: { repo: newer.did, collection: "agent.comms.messageV2", rkey: uri.split("/").at(-1) ?? "" } });
    expect(shown.json).toMatchObject({ cid: written, value: record });
    expect(cidOfRecord(shown.json.value)).toBe(written);
  });

  test("writes a profile with more than this version knows: the directory and its readers get all of it", async () => {
    const record = { $type: "agent.comms.profile", displayName: "Newer", listed: true, createdAt, hue: 7, capabilities: [{ name: "x", price: { microUsd: 3 } }] };
    const put = await ask<Written>("com.atproto.repo.putRecord", { token: newer.token, body: { repo: newer.did, collection: "agent.comms.profile", rkey: "self", record } });
    expect(put.status).toBe(200);
    const shown = await ask<{ cid: string; value: object }>("com.atproto.repo.getRecord", { params: { repo: newer.did, collection: "agent.comms.profile", rkey: "self" } });
    expect(shown.json.value).toEqual(record);
  });
});
