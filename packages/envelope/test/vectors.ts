import { KEM_DHKEM_X25519_HKDF_SHA256, KEM_MLKEM768_X25519 } from "@panva/hpke-noble";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256 } from "hpke";
import { own, sha256, utf8 } from "../src/bytes.ts";
import { contentKeyOf, dataKeyOfEpoch, epochIdOf } from "../src/content-key.ts";
import { bindingOf, type SealContext } from "../src/context.ts";
import { encodeData } from "../src/data-model.ts";
import { discloseRecord, exportSecret, type KeyPair, keyIdOf, type PlacedRecord, sealRecord, makeGrant, makeKeyRecord, padme, type SealInput, sealFile, type SuiteName, SUITES } from "../src/index.ts";
import { pad } from "../src/padding.ts";
import { associatedOf, bytesToJson, parseSealed } from "../src/sealed.ts";
import { seal, sealWith } from "../src/seal.ts";
import type { wrapKey } from "../src/wrap.ts";
import { collect } from "./collect.ts";
import { hex, toHex } from "./fixture.ts";
import { alice, bob, context, createdAt, filled } from "./people.ts";

const suites: Record<SuiteName, () => CipherSuite> = {
  "hpke-xwing-hkdfsha256-aes256gcm": () => new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM),
  // The one in JavaScript takes its randomness from where it can be fixed; the platform's does not.
  "hpke-x25519-hkdfsha256-aes256gcm": () => new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM),
};

const wrapFixed: typeof wrapKey = async (suite, { keyId, publicKey }, dataKey, { label, associated }) => {
  const hpke = suites[suite]();
  const { encapsulatedSecret, ciphertext } = await hpke.Seal(await hpke.DeserializePublicKey(own(publicKey)), dataKey, {
    info: Uint8Array.from([...utf8(label), 0, ...keyId]),
    aad: associated,
  });
  return { keyId: own(keyId), encapsulation: own(encapsulatedSecret), wrappedKey: own(ciphertext) };
};

/** Run `work` with the platform's randomness replaced by a counter: 0, 1, 2, … */
const withFixedRandomness = async <T>(work: () => Promise<T>): Promise<T> => {
  let next = 0;
  const original = Object.getOwnPropertyDescriptor(crypto, "getRandomValues");
  Object.defineProperty(crypto, "getRandomValues", {
    configurable: true,
    value: (view: Uint8Array) => {
      for (let i = 0; i < view.length; i++) view[i] = next++ & 255;
      return view;
    },
  });
  try {
    return await work();
  } finally {
    if (original === undefined) Reflect.deleteProperty(crypto, "getRandomValues");
    else Object.defineProperty(crypto, "getRandomValues", original);
  }
};

const pairOf = async (suite: SuiteName, seed: number): Promise<KeyPair> => {
  const hpke = suites[suite]();
  const { privateKey, publicKey } = await hpke.DeriveKeyPair(filled(seed), true);
  const bytes = own(await hpke.SerializePublicKey(publicKey));
  return { suite, privateKey: own(await hpke.SerializePrivateKey(privateKey)), publicKey: bytes, keyId: await keyIdOf(suite, bytes) };
};

const shownPair = ({ suite, privateKey, publicKey, keyId }: KeyPair) => ({ suite, privateKey: toHex(privateKey), publicKey: toHex(publicKey), keyId: toHex(keyId) });

const epochKey = filled(7);
const CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";

/** A sealing with everything on the way to it. */
const caseOf = async (name: string, input: SealInput) => {
  const sealed = await sealWith(input, wrapFixed);
  const parts = parseSealed(sealed);
  const binding = await bindingOf(input.context, parts.header);
  const dataKey = input.epochKey === undefined ? undefined : await dataKeyOfEpoch(input.epochKey, parts.salt, input.context);
  const plaintext = input.plaintext instanceof Uint8Array ? input.plaintext : encodeData(input.plaintext);
  return {
    name,
    context: input.context,
    plaintext: toHex(plaintext),
    ...(input.plaintext instanceof Uint8Array ? {} : { plaintextAsJson: input.plaintext }),
    header: toHex(encodeData(parts.header)),
    binding: toHex(binding),
    ...(dataKey === undefined ? {} : { dataKey: toHex(dataKey), commitment: toHex((await contentKeyOf(dataKey, parts.salt, binding)).commitment) }),
    associated: toHex(await associatedOf(binding, parts.commitment, parts.recipients)),
    sealed,
  };
};

/** Ed25519 keys of a seed, which WebCrypto takes as PKCS #8. */
const ownerOf = async (seed: Uint8Array) => {
  const privateKey = await crypto.subtle.importKey("pkcs8", hex(`302e020100300506032b657004220420${toHex(seed)}`), "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", privateKey);
  return { algorithm: "Ed25519" as const, privateKey, publicKey: own(Buffer.from(x ?? "", "base64url")) };
};

type Case = Awaited<ReturnType<typeof caseOf>>;

/** A case with its content encrypted anew, rightly, but padded as it should not be. */
const paddedAs = async ({ context: place, sealed }: Case, padded: Uint8Array) => {
  const parts = parseSealed(sealed);
  const binding = await bindingOf(place, parts.header);
  const { key, nonce } = await contentKeyOf(await dataKeyOfEpoch(epochKey, parts.salt, place), parts.salt, binding);
  const additionalData = await associatedOf(binding, parts.commitment, parts.recipients);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, own(padded)));
  return { context: place, sealed: { ...sealed, ciphertext: bytesToJson(ciphertext) } };
};

/** A case whose commitment commits to nothing, and all else made as if it did: what its maker needs to show two readers two texts. */
const uncommitted = async ({ context: place, sealed, plaintext }: Case) => {
  const parts = parseSealed(sealed);
  const binding = await bindingOf(place, parts.header);
  const { key, nonce } = await contentKeyOf(await dataKeyOfEpoch(epochKey, parts.salt, place), parts.salt, binding);
  const commitment = filled(0);
  const additionalData = await associatedOf(binding, commitment, parts.recipients);
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, pad(hex(plaintext))));
  return { context: place, sealed: { ...sealed, commitment: bytesToJson(commitment), ciphertext: bytesToJson(ciphertext) } };
};

/** What must not open, though the keys fit: mistakes that an implementation can make and nothing else shows. */
const refusalsOf = async (shared: Case, secret: Case) => {
  const { context: place, sealed } = shared;
  const [first, second] = sealed.recipients;
  if (first === undefined || second === undefined) throw new Error("two recipients");
  const content = pad(hex(secret.plaintext));
  const at = (index: number, value: number, length = content.length) => Uint8Array.from({ length }, (_, i) => (i === index ? value : (content[i] ?? 0)));
  return [
    { name: "padding that is not zero", ...(await paddedAs(secret, at(255, 1))) },
    { name: "more padding than there should be", ...(await paddedAs(secret, at(0, 0, 288))) },
    { name: "a length beyond the content", ...(await paddedAs(secret, at(2, 1))) },
    { name: "no padding at all", ...(await paddedAs(secret, hex(secret.plaintext))) },
    { name: "a field more in a recipient", context: place, sealed: { ...sealed, recipients: [{ ...first, note: "hi" }, second] } },
    { name: "a field beside the bytes of the commitment", context: place, sealed: { ...sealed, commitment: { ...sealed.commitment, note: "hi" } } },
    { name: "a field beside the bytes of the ciphertext", context: place, sealed: { ...sealed, ciphertext: { ...sealed.ciphertext, note: "hi" } } },
    { name: "recipients in another order", context: place, sealed: { ...sealed, recipients: [second, first] } },
    { name: "one recipient's wrapped key given to the other", context: place, sealed: { ...sealed, recipients: [first, { ...second, encapsulation: first.encapsulation, wrappedKey: first.wrappedKey }] } },
    { name: "a commitment that commits to nothing", ...(await uncommitted(secret)) },
    { name: "an unknown field put in", context: place, sealed: { ...sealed, note: "hi" } },
    { name: "another record key", context: { ...place, rkey: "3kznmn7xqxl25" }, sealed },
    { name: "a clear field more", context: { ...place, routing: { ...place.routing, priority: 5 } }, sealed },
  ];
};

/** Whole records: as their authors wrote them, and as they are published. */
const recordsOf = async (bobs: KeyPair) => {
  const request = { uri: `at://${bob}/agent.comms.request/3kznmn7xqxl22`, cid: CID };
  const plain: (Omit<PlacedRecord, "repo"> & { opensWith: string })[] = [
    { opensWith: "epoch", collection: "agent.memory.note", rkey: "3kznmn7xqxl26", record: { $type: "agent.memory.note", text: "Meet me at noon", tags: ["plans"], createdAt } },
    { opensWith: "bobXwing", collection: "agent.comms.response", rkey: "3kznmn7xqxl27", record: { $type: "agent.comms.response", request, state: "failed", error: { code: "internal" }, createdAt } },
    { opensWith: "bobXwing", collection: "agent.comms.receipt", rkey: "3kznmn7xqxl2a", record: { $type: "agent.comms.receipt", to: bob, createdAt, subject: { uri: `at://${bob}/agent.comms.message/3kznmn7xqxl22`, cid: CID }, status: "processed" } },
  ];
  const made = [];
  for (const { opensWith, ...placed } of plain) {
    const sealed = await sealRecord({ repo: alice, ...placed }, { epochKey, ...(opensWith === "epoch" ? {} : { recipients: [bobs] }) });
    made.push({ repo: alice, ...placed, opensWith, sealed });
  }
  return made;
};

/** Whole records that must not open, whatever is tried. */
const refusedRecordsOf = async ([note, response]: Awaited<ReturnType<typeof recordsOf>>) => {
  if (note === undefined || response === undefined) throw new Error("records");
  const { repo, collection, rkey, sealed: record } = note;
  const place = { repo, collection, rkey };
  const routing = { $type: collection };
  const inside = (plaintext: Uint8Array | Record<string, unknown>) => seal({ plaintext, type: collection, context: { ...place, routing }, epochKey });
  const text = { text: "x", createdAt };
  return [
    { name: "a note as a fact", repo, collection: "agent.memory.fact", rkey, record },
    { name: "a note under another key", ...place, rkey: "3kznmn7xqxl22", record },
    { name: "a note of another repository", ...place, repo: bob, record },
    { name: "a note with a clear field more", ...place, record: { ...record, createdAt } },
    { name: "a response to another request", repo, collection: response.collection, rkey: response.rkey, record: { ...response.sealed, request: { uri: `at://${bob}/agent.comms.request/3kznmn7xqxl23`, cid: CID } } },
    { name: "inside: another $type", ...place, record: { ...routing, sealed: await inside({ ...text, $type: "agent.memory.fact" }) } },
    { name: "inside: sealed once more", ...place, record: { ...routing, sealed: await inside({ sealed: await inside(text) }) } },
    { name: "inside: keys in another order", ...place, record: { ...routing, sealed: await inside(Uint8Array.of(0xa2, 0x69, ...utf8("createdAt"), 0x78, 0x18, ...utf8(createdAt), 0x64, ...utf8("text"), 0x61, ...utf8("x"))) } },
    { name: "inside: not what the lexicon allows", ...place, record: { ...routing, sealed: await inside({ text: 3, createdAt }) } },
  ];
};

/** All vectors of docs/envelope.md; the same at every call. */
export const makeVectors = () =>
  withFixedRandomness(async () => {
    const [xwing, x25519] = SUITES;
    const pairs = { bobXwing: await pairOf(xwing, 1), bobX25519: await pairOf(x25519, 2), carolX25519: await pairOf(x25519, 3) };
    const record = { content: [{ $type: "agent.comms.defs#text", text: "Meet me at noon" }], priority: 4 };
    const type = "agent.comms.message";
    const note: SealContext = { repo: alice, collection: "agent.memory.note", rkey: "3kznmn7xqxl23", routing: { $type: "agent.memory.note" } };
    const cases = [
      await caseOf("shared with one by X-Wing", { plaintext: record, type, context: { ...context, routing: { ...context.routing, to: [bob] } }, recipients: [pairs.bobXwing] }),
      await caseOf("shared with two by X25519, readable for its author", { plaintext: record, type, context, suite: x25519, epochKey, recipients: [pairs.bobX25519, pairs.carolX25519] }),
      await caseOf("private", { plaintext: utf8("remember"), type: "agent.memory.note", context: note, epochKey }),
      await caseOf("private and empty", { plaintext: new Uint8Array(0), type: "agent.memory.note", context: note, epochKey }),
    ];
    const [, shared, secret] = cases;
    if (shared === undefined || secret === undefined) throw new Error("no case");
    const subject = { uri: `at://${alice}/${context.collection}/${context.rkey}`, cid: CID };
    const place = { repo: alice, rkey: "3kznmn7xqxl24" };
    const grant = await makeGrant({ sealed: shared.sealed, context, ring: { epochKeys: [epochKey] }, subject, place, to: bob, recipient: pairs.bobXwing, createdAt });
    const owner = await ownerOf(filled(9));
    const expiresAt = "2026-12-05T09:00:00.000Z";
    const claims = { did: bob, pair: pairs.bobX25519, createdAt, expiresAt, prev: { uri: `at://${bob}/agent.comms.key/3kznmn7xqxl21`, cid: subject.cid } };
    const key = await makeKeyRecord({ ...claims, owners: [owner] });
    const handedOver = await makeKeyRecord({ ...claims, owners: [await ownerOf(filled(10)), owner] });
    const plaintext = utf8("a small file");
    const file = sealFile([plaintext], plaintext.length, alice);
    const ciphertext = await collect(file.ciphertext);
    const fileKey = file.key();
    const records = await recordsOf(pairs.bobXwing);
    const [sealedNote] = records;
    if (sealedNote === undefined) throw new Error("no record");
    const found = { ...sealedNote, record: sealedNote.sealed };
    const ring = { epochKeys: [epochKey] };
    const labels = ["agent.comms.progress", "x"];
    return {
      padded: [0, 1, 251, 252, 253, 300, 1000, 10_000, 100_000, 917_500].map((length) => ({ length, padded: padme(length + 4) })),
      epoch: { key: toHex(epochKey), id: toHex(await epochIdOf(epochKey)) },
      keys: Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, shownPair(pair)])),
      cases,
      refused: await refusalsOf(shared, secret),
      grant: { subjectCase: shared.name, repo: place.repo, rkey: place.rkey, opensWith: "bobXwing", record: grant },
      records,
      refusedRecords: await refusedRecordsOf(records),
      exports: await Promise.all(records.flatMap((one) => labels.map(async (label) => ({ collection: one.collection, label, secret: toHex(await exportSecret({ ...one, record: one.sealed }, ring, label)) })))),
      disclosure: { collection: found.collection, repo: alice, rkey: CID, record: await discloseRecord(found, ring, { cid: CID, createdAt }) },
      keyRecord: { did: bob, ownerSeed: toHex(filled(9)), record: key },
      handedOver: { did: bob, ownerSeed: toHex(filled(10)), ownerBeforeSeed: toHex(filled(9)), record: handedOver },
      file: { repo: alice, plaintext: toHex(plaintext), key: toHex(fileKey.key), sha256: toHex(fileKey.sha256), size: fileKey.size, ciphertextSha256: toHex(await sha256(own(ciphertext))), ciphertext: toHex(ciphertext) },
    };
  });
