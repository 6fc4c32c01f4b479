import { runInDurableObject } from "cloudflare:test";
import { P256PublicKey } from "@atcute/crypto";
import { decode, lexToJson } from "@rookery/repo";
import { webcrypto } from "node:crypto";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { type Made, makeAgent, op, value } from "./agents.ts";
import { world } from "./worker.ts";

/** A directory and mail for tests: agents that are known, letters between them, and what arrived. */

/** DID documents that the directory has. */
export const documents = new Map<string, unknown>();

/** The directory's answer to a request for a DID's document. */
export const directory: typeof fetch = async (input) => {
  const doc = documents.get(decodeURIComponent(new URL(new Request(input).url).pathname.slice(1)));
  return doc === undefined ? new Response("{}", { status: 404 }) : Response.json(doc, { headers: { "content-type": "application/did+ld+json" } });
};

/** Every request of a file's tests goes to this directory, and time runs as it does again after each. */
export function useDirectory(): void {
  const realFetch = globalThis.fetch;
  beforeEach(() => {
    globalThis.fetch = directory;
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
    vi.useRealTimers();
  });
}

/** Make an agent known to the directory, with its key or another. */
export async function publish(agent: Made, key = agent.publicKey): Promise<void> {
  const raw = await webcrypto.subtle.importKey("raw", key, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
  const publicKeyMultibase = await (await P256PublicKey.importCryptoKey(raw)).exportPublicKey("multikey");
  documents.set(agent.did, {
    "@context": ["https://www.w3.org/ns/did/v1"], id: agent.did, alsoKnownAs: [],
    verificationMethod: [{ id: `${agent.did}#atproto`, type: "Multikey", controller: agent.did, publicKeyMultibase }],
    service: [],
  });
}

/** An agent that the directory knows. */
export async function known(): Promise<Made> {
  const agent = await makeAgent();
  await publish(agent);
  return agent;
}

export const message = (to: string[], text: string) =>
  op({
    action: "create", collection: "agent.comms.message", validate: true,
    record: { to, content: [{ $type: "agent.comms.defs#text", text }], createdAt: "2026-11-21T00:00:00.000Z" },
  });

/** Write it and wait until the relay has it. */
export async function send(from: Made, ...ops: ReturnType<typeof op>[]): Promise<void> {
  const { commit } = value(await from.api.write({ ops }));
  await expect.poll(() => world.relay.of(from.did).at(-1)?.rev).toBe(commit?.rev);
}

/** An agent's whole inbox. */
export const inbox = async (agent: Made) => value(await agent.api.listInbox({ limit: 100 })).messages;

/** Only this test's agents matter: the relay of the file keeps what earlier tests sent. */
export const textsOf = async (agent: Made, from: Made) =>
  (await inbox(agent))
    .filter(({ author }) => author === from.did)
    .map(({ action, bytes }) => (bytes === undefined ? action : /"text":"([^"]*)"/.exec(JSON.stringify(lexToJson(decode(bytes))))?.[1]));

/** Read an agent's storage. */
export const rows = <T>(agent: Made, read: (sql: SqlStorage) => T) => runInDurableObject(agent.stub, (_, { storage }) => read(storage.sql));

/** What waits to be tried again, in the order in which it came. */
export const readWaiting = (sql: SqlStorage) => sql.exec<{ source: string; seq: number; author: string; tries: number; reason: string }>("SELECT source, seq, author, tries, reason FROM inbox_waiting ORDER BY id").toArray();
