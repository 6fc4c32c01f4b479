import { evictDurableObject } from "cloudflare:test";
import { P256PublicKey } from "@atcute/crypto";
import { ChainChecker, decodeFrame } from "@rookery/sync";
import { expect, it } from "vitest";
import { webcrypto } from "node:crypto";
import type { WriteRequest } from "../src/agent-api.ts";
import { sha256 } from "../src/sha256.ts";
import { type Made, makeAgent, note, op, value } from "./agents.ts";
import { bytesOf, verifyExport } from "./verify.ts";
import { random } from "./dice.ts";
import { world } from "./worker.ts";

const COLLECTIONS = ["com.example.note", "com.example.note-book.page", "com.example.notes", "org.example.a"];

/** A few ops on different paths, most of them possible in a repository like the model's. */
function writeOf(next: () => number, model: Map<string, string>): WriteRequest {
  const ops = new Map<string, WriteRequest["ops"][number]>();
  for (let i = next() < 0.8 ? 1 : 1 + Math.floor(next() * 20); i > 0; i--) {
    const collection = COLLECTIONS[Math.floor(next() * COLLECTIONS.length)] as string;
    const rkey = `k${Math.floor(next() * 120)}`;
    const there = model.has(`${collection}/${rkey}`);
    const action = there ? (next() < 0.5 ? "delete" : next() < 0.5 ? "put" : "update") : next() < 0.7 ? "create" : "put";
    // Few texts, so that equal content in many places is common.
    const record = action === "delete" ? {} : { record: note(`text ${Math.floor(next() * 10)}`, collection) };
    ops.set(`${collection}/${rkey}`, op({ action, collection, rkey, ...record }));
  }
  return { ops: [...ops.values()] };
}

function apply(model: Map<string, string>, { ops }: WriteRequest, results: { cid?: string }[]): void {
  ops.forEach(({ action, collection, rkey }, i) => {
    if (action === "delete") model.delete(`${collection}/${rkey}`);
    else model.set(`${collection}/${rkey}`, results[i]?.cid as string);
  });
}

async function compare(agent: Made, model: Map<string, string>): Promise<void> {
  const exported = await verifyExport(await bytesOf(value(await agent.api.exportRepo({}))), agent);
  const sorted = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect([...exported.records]).toEqual(sorted);
  for (const collection of COLLECTIONS) {
    const listed: [string, string][] = [];
    for (let cursor: string | undefined; ; ) {
      const page = value(await agent.api.listRecords({ collection, limit: 17, reverse: true, ...(cursor === undefined ? {} : { cursor }) }));
      listed.push(...page.records.map(({ rkey, cid }): [string, string] => [`${collection}/${rkey}`, cid]));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(listed).toEqual(sorted.filter(([key]) => key.startsWith(`${collection}/`)));
  }
  expect(value(await agent.api.collections()).toSorted()).toEqual([...new Set(sorted.map(([key]) => key.slice(0, key.indexOf("/"))))].toSorted());
}

it("a random history equals a map, survives waking up, and its firehose is one unbroken chain", async () => {
  const agent = await makeAgent();
  const model = new Map<string, string>();
  const next = random(20261121);
  for (let round = 0; round < 300; round++) {
    if (next() < 0.2) {
      // Together: each judged by what came before it, so the model takes the answers in order too.
      const requests = Array.from({ length: 5 }, () => writeOf(next, model));
      const answers = await Promise.all(requests.map((request) => agent.api.write(request)));
      answers.forEach((answer, i) => {
        if (answer.ok) apply(model, requests[i] as WriteRequest, answer.value.results);
      });
    } else {
      const request = writeOf(next, model);
      apply(model, request, value(await agent.api.write(request)).results);
    }
    if (round % 75 === 74) await compare(agent, model);
    if (round % 50 === 49) await evictDurableObject(agent.stub);
  }
  const head = value(await agent.api.getHead());
  await expect.poll(() => world.relay.of(agent.did).at(-1)?.rev).toBe(head.rev);
  const raw = await webcrypto.subtle.importKey("raw", agent.publicKey, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
  const didKey = await (await P256PublicKey.importCryptoKey(raw)).exportPublicKey("did");
  const chain = new ChainChecker({ sha256, keyOf: async () => didKey, fromGenesis: true });
  for (const { sequenced } of world.relay.of(agent.did)) {
    const frame = decodeFrame(sequenced);
    if (frame.kind !== "message") throw new Error(frame.kind);
    expect(await chain.accept(frame)).toMatchObject({ ok: true });
  }
  expect(chain.stateOf(agent.did)?.rev).toBe(head.rev);
});
