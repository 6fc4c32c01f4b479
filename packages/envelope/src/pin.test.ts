import { validateRecord } from "@rookery/lexicon-agent-comms";
import { beforeAll, describe, expect, it } from "vitest";
import { alice, bob } from "../test/people.ts";
import { checkChain, type CheckedKey, checkKeyRecord, decidePin, type KeyPair, type KeyPin, makeKeyPair, makeKeyRecord, makeOwnerKey, OWNER_ALGORITHMS, type OwnerKeyPair } from "./index.ts";

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const DAY = 24 * 60 * 60 * 1000;
const START = Date.parse("2026-11-01T00:00:00.000Z");
const cids = ["bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uwpkebk2ttp2agwh3eu", "bafyreigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"];

let pairs: KeyPair[];
let owner: OwnerKeyPair;
let other: OwnerKeyPair;
beforeAll(async () => {
  pairs = await Promise.all([0, 1, 2].map(() => makeKeyPair(suite)));
  [owner, other] = await Promise.all([makeOwnerKey("Ed25519"), makeOwnerKey("ES256")]);
});

const uriOf = (n: number) => `at://${bob}/agent.comms.key/3kznmn7xqxl2${n + 2}`;
const cidOf = (n: number) => cids[n] ?? "";
const iso = (days: number) => new Date(START + days * DAY).toISOString();

/** Bob's n-th key record, made on day `n`, good for 14 days, after the one before. */
const record = async (n: number, owners: OwnerKeyPair[] = [], prev: number | undefined = n === 0 ? undefined : n - 1) => {
  const pair = pairs[n];
  if (pair === undefined) throw new Error("no such key");
  const value = await makeKeyRecord({ did: bob, pair, createdAt: iso(n), expiresAt: iso(n + 14), owners, ...(prev === undefined ? {} : { prev: { uri: uriOf(prev), cid: cidOf(prev) } }) });
  return { uri: uriOf(n), cid: cidOf(n), value };
};

const checked = async (...args: Parameters<typeof record>): Promise<CheckedKey> => {
  const verdict = await checkKeyRecord(bob, await record(...args));
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.key;
};

describe("a key record", () => {
  it.each(OWNER_ALGORITHMS)("signed by %s is valid, and says by whom", async (algorithm) => {
    const signer = await makeOwnerKey(algorithm);
    const found = await record(1, [signer]);
    expect(validateRecord("agent.comms.key", found.value)).toEqual({ known: true, ok: true });
    const verdict = await checkKeyRecord(bob, found);
    expect(verdict).toMatchObject({ ok: true, key: { suite, createdAt: START + DAY, expiresAt: START + 15 * DAY, prev: { uri: uriOf(0) } } });
    if (!verdict.ok) throw new Error(verdict.reason);
    expect(verdict.key.owners).toEqual([{ algorithm, publicKey: signer.publicKey }]);
    expect(verdict.key.keyId).toEqual(pairs[1]?.keyId);
  });

  it("is refused when it is not right in itself", async () => {
    const { value, ...place } = await record(1, [owner]);
    const [signature] = value.continuity ?? [];
    const [theirs] = (await record(1, [other])).value.continuity ?? [];
    if (signature === undefined || theirs === undefined) throw new Error("not signed");
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ ...value, suite: "rot13" }, /Not a suite/],
      [{ ...value, suite: "hpke-xwing-hkdfsha256-aes256gcm" }, /1216 bytes, not 32/],
      [{ ...value, keyId: (await record(2)).value.keyId }, /not the id/],
      [{ ...value, expiresAt: value.createdAt }, /not at all/],
      [{ ...value, expiresAt: iso(1000) }, /too long/],
      [{ ...value, publicKey: undefined }, /publicKey/],
      [{ ...value, expiresAt: iso(16) }, /signature does not verify/],
      [{ ...value, createdAt: iso(0) }, /signature does not verify/],
      [{ ...value, prev: { uri: uriOf(2), cid: cidOf(0) } }, /signature does not verify/],
      [{ ...value, prev: undefined }, /signature does not verify/],
      [{ ...value, prev: { uri: `at://${alice}/agent.comms.key/3kznmn7xqxl22`, cid: cidOf(0) } }, /another repository/],
      [{ ...value, continuity: [{ ...signature, signature: theirs.signature }] }, /does not verify/],
      [{ ...value, continuity: [{ ...signature, algorithm: "ES256" }] }, /does not verify/],
      [{ ...value, continuity: [{ ...signature, algorithm: "none" }] }, /does not verify/],
      [{ ...value, continuity: [signature, { ...theirs, publicKey: { $bytes: "AAAA".repeat(12) } }] }, /does not verify/],
    ];
    for (const [spoilt, reason] of wrong) {
      const verdict = await checkKeyRecord(bob, { ...place, value: JSON.parse(JSON.stringify(spoilt)) });
      expect(verdict).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    }
    // Bob's record is nobody else's, signature and all.
    expect(await checkKeyRecord(alice, { ...place, value })).toMatchObject({ ok: false });
    expect(await checkKeyRecord(alice, { ...place, uri: uriOf(1).replace(bob, alice), value: { ...value, prev: undefined } })).toMatchObject({ ok: false });
  });
});

describe("a chain of keys", () => {
  it("holds", async () => {
    expect(checkChain([await checked(0), await checked(1), await checked(2, [owner])])).toEqual({ ok: true });
    expect(checkChain([await checked(1, [owner]), await checked(2, [owner])])).toEqual({ ok: true });
    // The owner's own key changes: both sign, then the new one alone.
    expect(checkChain([await checked(0, [owner]), await checked(1, [other, owner]), await checked(2, [other])])).toEqual({ ok: true });
    expect(checkChain([])).toEqual({ ok: true });
  });

  it.each<[string, () => Promise<CheckedKey[]>, number]>([
    ["a record is left out", async () => [await checked(0), await checked(2)], 1],
    ["the order is another", async () => [await checked(1), await checked(0)], 1],
    ["the owner's signature ceases", async () => [await checked(0, [owner]), await checked(1)], 1],
    ["who handed it over signs again", async () => [await checked(0, [owner]), await checked(1, [other, owner]), await checked(2, [owner])], 2],
    ["another owner signs", async () => [await checked(0, [owner]), await checked(1, [owner]), await checked(2, [other])], 2],
    ["the record before was another", async () => [{ ...(await checked(0)), cid: cidOf(2) }, await checked(1)], 1],
  ])("breaks when %s", async (_name, chain, at) => expect(checkChain(await chain())).toMatchObject({ ok: false, at }));
});

describe("a pin", () => {
  const now = START + 3 * DAY;
  const pinOf = (key: CheckedKey): KeyPin => ({ did: bob, key });
  const decide = (pin: KeyPin | undefined, published: [CheckedKey, ...CheckedKey[]], at = now) => decidePin({ did: bob, pin, published, now: at });

  it("is made at the first contact, and says who vouches", async () => {
    const [plain, signed] = [await checked(0), await checked(0, [owner])];
    expect(decide(undefined, [plain])).toEqual({ decision: "use", how: "first-use", assurance: "repository", pin: pinOf(plain) });
    expect(decide(undefined, [signed])).toMatchObject({ how: "first-use", assurance: "owner" });
  });

  it("stays for the same record, until that expires", async () => {
    const key = await checked(0, [owner]);
    expect(decide(pinOf(key), [key])).toMatchObject({ decision: "use", how: "same" });
    expect(decide(pinOf(key), [key], START + 14 * DAY)).toMatchObject({ decision: "refuse", why: "expired" });
    expect(decide(undefined, [key], START + 14 * DAY)).toMatchObject({ decision: "refuse", why: "expired" });
  });

  it("moves on with the owner's signature, also over a gap", async () => {
    const last = await checked(2, [owner]);
    expect(decide(pinOf(await checked(0, [owner])), [last])).toEqual({ decision: "use", how: "rotated", assurance: "owner", pin: pinOf(last) });
  });

  it("moves on by the chain where no owner ever signed", async () => {
    const [first, second, third] = [await checked(0), await checked(1), await checked(2)];
    expect(decide(pinOf(first), [third, second, first])).toMatchObject({ how: "rotated", assurance: "repository" });
    expect(decide(pinOf(first), [third, first])).toMatchObject({ decision: "refuse", why: "substituted" });
    expect(decide(pinOf(first), [third, second])).toMatchObject({ decision: "refuse", why: "substituted" });
  });

  it("raises the alarm over a host that publishes a key of its own", async () => {
    const pinned = await checked(0, [owner]);
    const forged = [await checked(1), await checked(1, [other])];
    for (const key of forged) expect(decide(pinOf(pinned), [key, pinned])).toMatchObject({ decision: "refuse", why: "substituted", reason: expect.stringContaining(bob) });
    // The same key and address again, without the signature.
    expect(decide(pinOf(pinned), [{ ...(await checked(0)), cid: cidOf(2) }])).toMatchObject({ decision: "refuse", why: "substituted" });
  });

  it("is not inherited by a host that puts a signature of its own beside the owner's", async () => {
    const { value, ...place } = await record(1, [owner]);
    const [genuine, hosts] = [value.continuity ?? [], (await record(1, [other])).value.continuity ?? []];
    const endorsed = (await record(1, [owner, other])).value.continuity ?? [];
    for (const continuity of [[...genuine, ...hosts], [...hosts, ...genuine]])
      expect(await checkKeyRecord(bob, { ...place, value: { ...value, continuity } })).toMatchObject({ ok: false, reason: expect.stringContaining("does not verify") });
    // Signed as if it had been the host's, and given to the owner: it stays the owner's alone.
    const both = await checkKeyRecord(bob, { ...place, value: { ...value, continuity: endorsed } });
    if (!both.ok) throw new Error(both.reason);
    expect(decide(pinOf(both.key), [await checked(2, [other]), both.key])).toMatchObject({ decision: "refuse", why: "substituted" });
  });

  it("does not go back", async () => {
    expect(decide(pinOf(await checked(1, [owner])), [await checked(0, [owner])])).toMatchObject({ decision: "refuse", why: "rolled-back" });
  });

  it("follows the owner from key to key, also when it was away for the change", async () => {
    const [first, both, last] = [await checked(0, [owner]), await checked(1, [other, owner]), await checked(2, [other])];
    expect(decide(pinOf(first), [last, both, first])).toMatchObject({ decision: "use", how: "rotated", assurance: "owner" });
    expect(decide(pinOf(both), [last])).toMatchObject({ decision: "use", how: "rotated" });
    expect(decide(pinOf(both), [await checked(2, [owner]), both])).toMatchObject({ decision: "refuse", why: "substituted" });
    expect(decide(pinOf(first), [last])).toMatchObject({ decision: "refuse", why: "substituted" });
    expect(decide(pinOf(first), [last, await checked(1, [other]), first])).toMatchObject({ decision: "refuse", why: "substituted" });
  });

  it("takes no key from the future, which would outlive every limit and every key after it", async () => {
    const key = await checked(2);
    expect(decide(undefined, [key], START + 2 * DAY - 60_000)).toMatchObject({ decision: "use" });
    expect(decide(undefined, [key], START + DAY)).toMatchObject({ decision: "refuse", why: "not-yet-valid" });
    expect(decide(pinOf(await checked(1)), [key, await checked(1)], START + DAY)).toMatchObject({ decision: "refuse", why: "not-yet-valid" });
  });
});
