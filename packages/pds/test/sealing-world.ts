import { runInDurableObject } from "cloudflare:test";
import { type KeyPair, makeKeyRecord, makeOwnerKey } from "@rookery/envelope";
import { type BlobJson, ids } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import { afterEach, beforeEach, expect } from "vitest";
import type { RecordsPort } from "../src/ports.ts";
import type { AgentState } from "../src/state.ts";
import { type Made, objectOf, op, value } from "./agents.ts";
import { known } from "./mail.ts";
import { world } from "./worker.ts";

/** How a test spoils what others' hosts answer. */
export const hosts = {
  /** DIDs whose hosts do not answer. */
  down: new Set<string>(),
  /** Every question, in order. */
  asked: [] as string[],
  /** What happens once, while the next question is being answered. */
  meanwhile: undefined as (() => Promise<unknown>) | undefined,
};

const addressOf = (uri: string) => {
  const [, , did = "", collection = "", rkey = ""] = uri.split("/");
  return { did, collection, rkey };
};

const asking = (did: string, what: string): void => {
  hosts.asked.push(what);
  if (hosts.down.has(did)) throw new Error("host is down");
};

/** The other agents of the same test, asked as a colony asks. */
const neighbours: RecordsPort = {
  keysOf: async (did) => {
    asking(did, `keys of ${did}`);
    const { meanwhile } = hosts;
    hosts.meanwhile = undefined;
    await meanwhile?.();
    const page = await objectOf(did).api.listRecords({ collection: ids.AgentCommsKey, limit: 10 });
    return page.ok ? page.value.records.map(({ collection, rkey }) => `at://${did}/${collection}/${rkey}`) : [];
  },
  prove: async (uri) => {
    const { did, collection, rkey } = addressOf(uri);
    asking(did, uri);
    const found = await objectOf(did).api.getRecord({ collection, rkey });
    return found.ok ? { uri, cid: found.value.cid, value: lexToJson(decode(found.value.bytes)) as Record<string, unknown> } : undefined;
  },
  proof: async () => undefined,
};

/** The agents of a file's tests know each other's repositories. */
export function useNeighbours(): void {
  const before = world.records;
  beforeEach(() => {
    world.records = neighbours;
    hosts.down.clear();
    hosts.meanwhile = undefined;
    hosts.asked.length = 0;
  });
  afterEach(() => {
    world.records = before;
  });
}

/** A record as it is in the repository, for everybody to read. */
export async function stored({ api }: Made, uri: string): Promise<Record<string, unknown>> {
  const { collection, rkey } = addressOf(uri);
  return lexToJson(decode(value(await api.getRecord({ collection, rkey })).bytes)) as Record<string, unknown>;
}

/** The newest commit of a repository: what has changed when it is another. */
export const headOf = async ({ api }: Made): Promise<string> => value(await api.getHead()).cid;

/** at-uris of a collection's records. */
export const listed = async ({ did, api }: Made, collection: string): Promise<string[]> =>
  value(await api.listRecords({ collection, limit: 100 })).records.map(({ rkey }) => `at://${did}/${collection}/${rkey}`);

/** Look at an agent from inside. */
export async function within<T>(agent: Made, look: (state: AgentState) => Promise<T>): Promise<T> {
  let seen: { value: T } | undefined;
  await runInDurableObject(agent.stub, async (instance) => {
    // Protected for everybody but its own rooms, and tests (named boundary).
    const door = instance as unknown as { with(then: (state: AgentState) => Promise<Outcome<null>>): Promise<Outcome<null>> };
    value(await door.with(async (state) => {
      seen = { value: await look(state) };
      return ok(null);
    }));
  });
  if (seen === undefined) throw new Error("nobody is in");
  return seen.value;
}

/** Have something happen while the next write waits for its turn. */
export const holdNextWrite = ({ writer }: AgentState, meanwhile: () => Promise<unknown>): void => {
  const write = writer.write.bind(writer);
  writer.write = async (...input) => {
    writer.write = write;
    await meanwhile();
    return writer.write(...input);
  };
};

/** A sealed note of the agent's own, as its memory writes them. */
export async function sealedNote(agent: Made, rkey: string, text: string, blobs: BlobJson[] = []): Promise<string> {
  const collection = ids.AgentMemoryNote;
  await within(agent, async ({ sealing, writer }) => {
    const record = await value(await sealing.sealer()).sealPrivately({ collection, rkey, record: { text, createdAt: "2026-11-21T00:00:00.000Z" }, blobs });
    return value(await writer.write({ ops: [op({ action: "put", collection, rkey, record, validate: true })] }));
  });
  return `at://${agent.did}/${collection}/${rkey}`;
}

/** When everything is said. */
export const createdAt = "2026-11-21T00:00:00.000Z";
/** A part of what is said. */
export const text = (said: string) => ({ $type: "agent.comms.defs#text", text: said });
/** What `send` takes. */
export const message = (to: Made[], said: string, more: Record<string, unknown> = {}) => ({ collection: "agent.comms.message", record: { to: to.map(({ did }) => did), content: [text(said)], createdAt, ...more } });

/** A hosted agent that has published its key. */
export async function hosted(): Promise<Made> {
  const agent = await known();
  await within(agent, async ({ sealing }) => value(await sealing.sealer()));
  return agent;
}

/** The name of what went wrong. */
export const fault = (outcome: { ok: true } | { ok: false; error: { name: string } }): string => (outcome.ok ? "done" : outcome.error.name);

/** How much this agent has from that one, asked again until it is as expected. */
export const arrive = (agent: Made, from: Made) => expect.poll(async () => {
  await agent.api.wake();
  return value(await agent.api.listInbox({ limit: 100 })).messages.filter(({ author }) => author === from.did).length;
});

/** Three of them. */
export const three = async (): Promise<[Made, Made, Made]> => [await hosted(), await hosted(), await hosted()];

/** Publish a public key in somebody's repository, as if an owner of theirs had made it. */
export async function publishKey(agent: Made, pair: KeyPair): Promise<void> {
  const [from, to] = [Date.now(), Date.now() + 24 * 3_600_000].map((at) => new Date(at).toISOString()) as [string, string];
  const record = await makeKeyRecord({ did: agent.did, pair, createdAt: from, expiresAt: to, owners: [await makeOwnerKey("Ed25519")] });
  value(await agent.api.write({ ops: [op({ action: "create", collection: ids.AgentCommsKey, record: { ...record }, validate: true })] }));
}
