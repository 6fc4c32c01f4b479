import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { generateKeyPairSync } from "node:crypto";
import { type Outcome, fail, ok } from "@rookery/sync";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DirectoryPort } from "../src/identity/directory-port.ts";
import { didKeyOf } from "../src/keys/public-key.ts";
import { masterKeyId, wrapKey } from "../src/keys/wrap.ts";
import type { DidChange } from "../src/store/did-change.ts";
import { readSecret } from "../src/store/secret.ts";
import { type Made, create, makeAgent, ringAlarm, value } from "./agents.ts";
import { world } from "./worker.ts";

const usual = world.directory;
const DOWN = fail(503, "PlcUnavailable", "the directory is away");
const NO = fail(400, "InvalidRequest", "no");

/** A directory of one DID, that can be told what to do. */
class Directory implements DirectoryPort {
  /** did:key that the document names. */
  key = "";
  kept: Uint8Array[] = [];
  posts = 0;
  looks: Outcome<"theirs" | "ours">[] = [];
  /** What becomes of the next posts: whether they take effect, and what is answered. */
  fates: { takes: boolean; answers: Outcome<null> }[] = [];
  isDown = false;

  async look(_: string, change: DidChange): ReturnType<DirectoryPort["look"]> {
    const told = this.looks.shift();
    if (told !== undefined) return told;
    if (this.isDown) return DOWN;
    return ok(this.key === change.add ? "there" : "to-do");
  }

  async post(_: string, change: DidChange): Promise<Outcome<null>> {
    this.posts++;
    const { takes, answers } = this.fates.shift() ?? { takes: true, answers: ok(null) };
    if (takes) this.key = change.add ?? "";
    return answers;
  }

  async keepSigningKey(_: string, wrapped: Uint8Array): Promise<void> {
    this.kept.push(wrapped);
  }
}

const freshKey = async (did: string): Promise<{ change: DidChange; wrapped: Uint8Array; add: string }> => {
  const pkcs8 = new Uint8Array(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "der", type: "pkcs8" }));
  const add = await didKeyOf(pkcs8);
  return { add, change: { kind: "signing-key", add }, wrapped: wrapKey(world.masterKey, did, pkcs8) };
};

const setUp = async (): Promise<{ made: Made; directory: Directory; key: Awaited<ReturnType<typeof freshKey>>; before: string }> => {
  const made = await makeAgent();
  const directory = new Directory();
  world.directory = directory;
  const before = value(await made.api.getIdentity()).signingKey;
  directory.key = before;
  return { made, directory, key: await freshKey(made.did), before };
};

const kinds = (did: string) => world.relay.of(did).map(({ kind }) => kind);
const secretOf = ({ stub }: Made) => runInDurableObject(stub, (_, { storage }) => readSecret(storage.sql, "signing-next"));

afterEach(() => {
  world.directory = usual;
  vi.useRealTimers();
});

describe("a signing key that is rotated", () => {
  it("is taken when the directory has it, with one commit and its events; the one before is gone", async () => {
    const { made, directory, key } = await setUp();
    value(await made.api.write({ ops: [create("a")] }));
    const head = value(await made.api.getHead());
    expect(value(await made.api.changeDid(key))).toEqual({ did: made.did, state: "done", signingKey: key.add });
    expect(kinds(made.did).slice(-3)).toEqual(["identity", "commit", "sync"]);
    const after = value(await made.api.getHead());
    expect(after.rev > head.rev).toBe(true);
    expect(directory.posts).toBe(1);
    expect(await secretOf(made)).toBeUndefined();
    await runInDurableObject(made.stub, (object) => object.inside(async ({ account }) => expect(directory.kept).toEqual([account.signingKey])));
    value(await made.api.write({ ops: [create("b")] }));
  });

  it("waits where the directory is away, and nothing has changed until it is back", async () => {
    const { made, directory, key, before } = await setUp();
    directory.isDown = true;
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "waiting", signingKey: before, nextSigningKey: key.add, reason: "the directory is away" });
    // Nothing was posted: the key in use is the right one.
    value(await made.api.write({ ops: [create("a")] }));
    const other = await freshKey(made.did);
    expect(await made.api.changeDid({ ...other, exactly: true })).toMatchObject({ ok: false, error: { status: 409, name: "DidChangeUnderWay" } });
    expect(await made.api.changeDid({ change: { kind: "recovery-key", add: other.add, remove: null } })).toMatchObject({ error: { name: "DidChangeUnderWay" } });
    directory.isDown = false;
    // Another wish for a fresh key is the same wish.
    expect(value(await made.api.changeDid(other))).toMatchObject({ state: "done", signingKey: key.add });
    expect(directory.key).toBe(key.add);
  });

  it("goes on by alarm alone, after the object was gone", async () => {
    const { made, directory, key } = await setUp();
    directory.isDown = true;
    value(await made.api.changeDid(key));
    directory.isDown = false;
    await evictDurableObject(made.stub);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await ringAlarm(made);
    expect(value(await made.api.getIdentity())).toEqual({ did: made.did, handle: expect.any(String) as string, signingKey: key.add });
  });

  it("signs nothing while it is not known what the directory has: the post was taken, and nobody heard of it", async () => {
    const { made, directory, key } = await setUp();
    directory.fates = [{ takes: true, answers: DOWN }];
    directory.looks = [];
    const down = directory.look.bind(directory);
    // Away from the post on.
    directory.look = async (did, change) => (directory.posts > 0 && directory.isDown ? DOWN : down(did, change));
    directory.isDown = false;
    const post = directory.post.bind(directory);
    directory.post = async (did, change) => {
      const answer = await post(did, change);
      directory.isDown = true;
      return answer;
    };
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "waiting", nextSigningKey: key.add });
    expect(await made.api.write({ ops: [create("a")] })).toMatchObject({ ok: false, error: { status: 503, name: "SigningKeyUncertain" } });
    // A crash changes nothing about that; what is asked first is the directory.
    await evictDurableObject(made.stub);
    expect(await made.api.write({ ops: [create("a")] })).toMatchObject({ ok: false, error: { name: "SigningKeyUncertain" } });
    directory.isDown = false;
    await evictDurableObject(made.stub);
    value(await made.api.write({ ops: [create("a")] }));
    expect(value(await made.api.getIdentity()).signingKey).toBe(key.add);
    expect(kinds(made.did).slice(-4)).toEqual(["identity", "commit", "sync", "commit"]);
    expect(directory.posts).toBe(1);
  });

  it("is posted again when nothing came of it", async () => {
    const { made, directory, key } = await setUp();
    directory.fates = [{ takes: false, answers: DOWN }];
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "done", signingKey: key.add });
    expect(directory.posts).toBe(2);
  });

  it("is given up when the directory refuses it, and its key with it", async () => {
    const { made, directory, key, before } = await setUp();
    directory.fates = [{ takes: false, answers: NO }];
    expect(await made.api.changeDid(key)).toEqual(NO);
    expect(value(await made.api.getIdentity())).toEqual({ did: made.did, handle: expect.any(String) as string, signingKey: before });
    expect(await secretOf(made)).toBeUndefined();
    value(await made.api.write({ ops: [create("a")] }));
  });

  it("keeps its key when it is refused while an earlier post may still be taken", async () => {
    const { made, directory, key } = await setUp();
    directory.fates = [{ takes: false, answers: DOWN }, { takes: false, answers: NO }];
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "waiting", nextSigningKey: key.add });
    expect(await secretOf(made)).toBeDefined();
    expect(await made.api.write({ ops: [create("a")] })).toMatchObject({ error: { name: "SigningKeyUncertain" } });
    // The first one was taken after all.
    directory.key = key.add;
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "done", signingKey: key.add });
  });

  it("waits without holding anybody up where the directory takes no more for a while", async () => {
    const { made, directory, key, before } = await setUp();
    directory.fates = [{ takes: false, answers: fail(503, "PlcBusy", "ten an hour") }];
    expect(value(await made.api.changeDid(key))).toMatchObject({ state: "waiting", signingKey: before, reason: "ten an hour" });
    value(await made.api.write({ ops: [create("a")] }));
  });

  it("holds writes until it is taken: the first one after it is signed by it", async () => {
    const { made, directory, key } = await setUp();
    const post = directory.post.bind(directory);
    const gate = { isPosting: false, isOpen: false };
    directory.post = async (did, change) => {
      gate.isPosting = true;
      // Looked at from inside the object: a promise of the test's would be another one's.
      while (!gate.isOpen) await scheduler.wait(5);
      return post(did, change);
    };
    const changing = made.api.changeDid(key);
    while (!gate.isPosting) await scheduler.wait(5);
    const writing = made.api.write({ ops: [create("held")] });
    expect(value(await made.api.listRecords({ collection: "com.example.note", limit: 5 })).records).toEqual([]);
    gate.isOpen = true;
    value(await changing);
    value(await writing);
    expect(kinds(made.did).slice(-4)).toEqual(["identity", "commit", "sync", "commit"]);
  });

  it("waits for the owner of a did:web to write it, and is taken at once where the colony writes the document", async () => {
    const theirs = await setUp();
    theirs.directory.looks = [ok("theirs"), ok("theirs")];
    expect(value(await theirs.made.api.changeDid(theirs.key))).toEqual({ did: theirs.made.did, state: "waiting", signingKey: theirs.before, nextSigningKey: theirs.key.add });
    value(await theirs.made.api.write({ ops: [create("a")] }));
    theirs.directory.key = theirs.key.add;
    await theirs.made.api.changeDid({ change: theirs.key.change });
    expect(value(await theirs.made.api.changeDid({ change: theirs.key.change }))).toMatchObject({ state: "done", signingKey: theirs.key.add });
    const ours = await setUp();
    ours.directory.looks = [ok("ours")];
    expect(value(await ours.made.api.changeDid(ours.key))).toMatchObject({ state: "done", signingKey: ours.key.add });
    expect(ours.directory.posts).toBe(0);
  });

  it("is wrapped anew with everything else when the master key is rotated in between", async () => {
    const { made, directory, key } = await setUp();
    directory.isDown = true;
    value(await made.api.changeDid(key));
    const old = world.masterKey;
    const next = new Uint8Array(32).fill(8);
    try {
      world.masterKey = { current: next, previous: old } as never;
      await evictDurableObject(made.stub);
      expect(value(await made.api.rewrapKeys({ to: masterKeyId(next) }))).toEqual({ rewrapped: 2 });
      world.masterKey = next;
      directory.isDown = false;
      await evictDurableObject(made.stub);
      expect(value(await made.api.changeDid({ change: key.change }))).toMatchObject({ state: "done", signingKey: key.add });
      value(await made.api.write({ ops: [create("a")] }));
    } finally {
      world.masterKey = old;
    }
  });

  it("that nobody has is refused, and so is one of another master key", async () => {
    const { made, before } = await setUp();
    const stranger = await freshKey(made.did);
    expect(await made.api.changeDid({ change: stranger.change })).toMatchObject({ error: { status: 400, name: "InvalidRequest" } });
    expect(await made.api.changeDid({ ...stranger, wrapped: stranger.wrapped.with(20, (stranger.wrapped[20] ?? 0) ^ 1) })).toMatchObject({ error: { status: 500, name: "KeyUnavailable" } });
    expect(value(await made.api.getIdentity()).signingKey).toBe(before);
  });

  it("tells of an inactive account nothing but #identity", async () => {
    const { made, key } = await setUp();
    await runInDurableObject(made.stub, (object) => object.inside(async (state) => void (state.account = { ...state.account, status: "deactivated" })));
    const told = kinds(made.did).length;
    value(await made.api.changeDid(key));
    expect(kinds(made.did).slice(told)).toEqual(["identity"]);
  });
});

describe("an account that is gone", () => {
  it("drops what was under way", async () => {
    const { made, directory, key } = await setUp();
    directory.isDown = true;
    value(await made.api.changeDid(key));
    value(await made.api.announceDeletion());
    expect(value(await made.api.changeDid({ change: key.change }))).toMatchObject({ state: "done" });
    expect(directory.posts).toBe(0);
    expect(await secretOf(made)).toBeUndefined();
  });
});
