/**
 * What a sealed message is made of, alone, in the platform that the colony runs on: no storage, no network, no colony. The
 * clock stands still while code runs here, so whoever asks measures.
 */
import { type KeyPair, type SealedContent, type SuiteName, encodeData, isSuite, makeKeyPair, open, seal } from "../../packages/envelope/src/index.ts";
import { MOST_RECIPIENTS, messageOf } from "./message.mjs";

const context = { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", collection: "agent.comms.message", rkey: "3kznmn7xqxl22", routing: { $type: "agent.comms.message", createdAt: "2026-11-21T09:00:00.000Z" } };
const epochKey = new Uint8Array(32).fill(1);
/** As long as what a commit's signature is over. */
const UNSIGNED = new Uint8Array(130).fill(7);

/** Made at first use, for each suite: all the recipients there are. */
const pairs = new Map<string, Promise<KeyPair[]>>();
/** What is opened: one for each suite and number of recipients. */
const samples = new Map<string, Promise<SealedContent>>();

const remembered = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
};

const keysOf = (suite: SuiteName): Promise<KeyPair[]> => remembered(pairs, suite, () => Promise.all(Array.from({ length: MOST_RECIPIENTS }, () => makeKeyPair(suite))));

const ECDSA = { name: "ECDSA", hash: "SHA-256" };
let signing: Promise<CryptoKeyPair> | undefined;

/** P-256, as every account here signs its commits. */
const signingKey = async (): Promise<CryptoKeyPair> => {
  signing ??= crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]).then((made) => {
    if (!("privateKey" in made)) throw new Error("no pair");
    return made;
  });
  return signing;
};

const sealing = async (suite: string, recipients: number, bytes: number): Promise<() => Promise<SealedContent>> => {
  if (!isSuite(suite)) throw new RangeError(`no suite ${suite}`);
  const keys = await keysOf(suite);
  return () => seal({ plaintext: messageOf(bytes), type: context.collection, context, suite, recipients: keys.slice(0, recipients), epochKey });
};

const work = async (what: string, suite: string, recipients: number, bytes: number): Promise<() => unknown> => {
  if (what === "sign" || what === "verify") {
    const { privateKey, publicKey } = await signingKey();
    const signature = await crypto.subtle.sign(ECDSA, privateKey, UNSIGNED);
    return what === "sign" ? () => crypto.subtle.sign(ECDSA, privateKey, UNSIGNED) : () => crypto.subtle.verify(ECDSA, publicKey, signature, UNSIGNED);
  }
  const once = await sealing(suite, recipients, bytes);
  if (what === "seal") return once;
  const sealed = await remembered(samples, `${suite} ${recipients} ${bytes}`, once);
  const keys = isSuite(suite) ? await keysOf(suite) : [];
  if (what === "open") return () => open({ sealed, context, ring: { keys: keys.slice(0, 1) } });
  throw new RangeError(`nothing to do: ${what}`);
};

export default {
  /** `/WHAT?suite=&recipients=&bytes=&count=`: does it that often. `/overhead` answers what sealing adds, in bytes. */
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [suite = "", ...numbers] = ["suite", "recipients", "bytes", "count"].map((name) => url.searchParams.get(name) ?? "0");
    const [recipients = 0, bytes = 0, count = 0] = numbers.map(Number);
    const what = url.pathname.slice(1);
    if (what === "overhead") {
      const sealed = await (await sealing(suite, recipients, bytes))();
      return Response.json({ bytes: encodeData(sealed).length - encodeData(messageOf(bytes)).length });
    }
    const once = await work(what, suite, recipients, bytes);
    for (let i = 0; i < count; i++) await once();
    return Response.json({ did: count });
  },
};
