import { env } from "cloudflare:test";
import { expect, it } from "vitest";
import { ADMIN, ask, note, provision, xrpc } from "../../test/client.ts";
import { readCar } from "@rookery/repo";
import { createHash } from "node:crypto";
import { standingOf } from "./standing.ts";
import { agentStub } from "./stubs.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

it("is the account's handle and its newest commit, alone in a CAR, until it is destroyed", async () => {
  const { did, handle, access } = await provision("stander");
  const written = await xrpc<{ commit: { cid: string; rev: string } }>("com.atproto.repo.createRecord", { auth: access, json: { repo: did, collection: "com.example.note", record: note("hello") } });
  const standing = await standingOf(agentStub(env, did));
  if (!standing.ok || !standing.value.active) throw new Error(`no active account: ${JSON.stringify(standing)}`);
  expect(standing.value).toMatchObject({ handle, head: written.body.commit.cid, rev: written.body.commit.rev });
  const { roots, blocks } = readCar(standing.value.commitCar, sha256);
  expect([roots.length, blocks.size]).toEqual([1, 1]);
  expect((await ask("/agents/stander", { method: "DELETE", auth: ADMIN })).status).toBe(200);
  const gone = await standingOf(agentStub(env, did));
  expect(gone.ok ? 0 : gone.error.status).toBe(400);
});
