import vectors from "../fixtures/envelope.json";
import {
  checkKeyRecord,
  encodeData,
  exportSecret,
  type KeyPair,
  makeKeyPair,
  makeKeyRecord,
  makeOwnerKey,
  open,
  openFile,
  openRecord,
  OWNER_ALGORITHMS,
  type PrivateKey,
  SUITES,
  isSuite,
  sealFile,
  sealRecord,
} from "../src/index.ts";

const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

const alice = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const place = { repo: alice, collection: "agent.comms.message", rkey: "3kznmn7xqxl22" };
const createdAt = "2026-11-21T09:00:00.000Z";
const message = { $type: place.collection, to: ["did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"], content: [{ $type: "agent.comms.defs#text", text: "hello" }], createdAt };

const checkVectors = async (): Promise<void> => {
  const keys = Object.values(vectors.keys).map(({ suite, keyId, privateKey }): PrivateKey => {
    if (!isSuite(suite)) throw new Error(suite);
    return { suite, keyId: hex(keyId), privateKey: hex(privateKey) };
  });
  for (const { name, sealed, context, plaintext } of vectors.cases) {
    const opened = await open({ sealed, context, ring: sealed.recipients.length === 0 ? { epochKeys: [hex(vectors.epoch.key)] } : { keys } });
    demand(toHex(opened.plaintext) === plaintext, name);
  }
  const ring = { keys, epochKeys: [hex(vectors.epoch.key)] };
  for (const { sealed, record, ...at } of vectors.records) {
    const opened = await openRecord({ ...at, record: sealed }, ring);
    demand(JSON.stringify(encodeData(opened.record)) === JSON.stringify(encodeData(record)), at.collection);
    const [{ label, secret }] = vectors.exports.filter((one) => one.collection === at.collection) as [(typeof vectors.exports)[0]];
    demand(toHex(await exportSecret({ ...at, record: sealed }, ring, label)) === secret, `secret of ${at.collection}`);
  }
  const verdict = await checkKeyRecord(vectors.keyRecord.did, { uri: `at://${vectors.keyRecord.did}/agent.comms.key/3kznmn7xqxl22`, cid: "", value: vectors.keyRecord.record });
  demand(verdict.ok, "key record");
};

const checkRecord = async (pair: KeyPair): Promise<void> => {
  const record = await sealRecord({ ...place, record: message }, { suite: pair.suite, recipients: [pair] });
  const opened = await openRecord({ ...place, record }, { keys: [pair] });
  demand(opened.sealed && JSON.stringify(opened.record).includes('"hello"'), `record by ${pair.suite}`);
  const refusal = await openRecord({ ...place, rkey: "3kznmn7xqxl23", record }, { keys: [pair] }).catch(String);
  demand(refusal === "OpenError: cannot be opened", "a transplant opens");
};

/** Who seals for many leaves the thread to others in between. */
const checkTurns = async (): Promise<void> => {
  const recipients: KeyPair[] = [];
  for (let i = 0; i < 17; i++) recipients.push(await makeKeyPair());
  let turns = 0;
  const timer = setTimeout(() => turns++, 0);
  await sealRecord({ ...place, record: message }, { recipients });
  clearTimeout(timer);
  demand(turns === 1, "nobody else had a turn");
};

const checkFile = async (): Promise<void> => {
  const bytes = new Uint8Array(40_000).fill(5);
  const file = sealFile([bytes], bytes.length, alice);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of file.ciphertext) parts.push(part);
  let size = 0;
  for await (const part of openFile(parts, file.key(), alice)) size += part.length;
  demand(size === bytes.length, "file");
};

/** Everything the package does, once, with nothing but what every platform has. @throws Error saying what fails. */
export const selfCheck = async (): Promise<string> => {
  await checkVectors();
  for (const suite of SUITES) await checkRecord(await makeKeyPair(suite));
  await checkTurns();
  await checkFile();
  for (const algorithm of OWNER_ALGORITHMS) {
    const pair = await makeKeyPair();
    const value = await makeKeyRecord({ did: alice, pair, createdAt, expiresAt: "2026-12-01T09:00:00.000Z", owners: [await makeOwnerKey(algorithm)] });
    const verdict = await checkKeyRecord(alice, { uri: `at://${alice}/agent.comms.key/3kznmn7xqxl22`, cid: "", value });
    demand(verdict.ok && verdict.key.owners.length === 1, algorithm);
  }
  return "sealed and opened";
};
