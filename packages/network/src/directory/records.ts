import { ids } from "@rookery/lexicon-agent-comms";
import type { ProvenRecord, RecordsPort } from "@rookery/pds";
import { atprotoKeyOf, isLoopbackHost, isPublicHost, pdsOf } from "@rookery/sync";
import { UnreachableError } from "../federation/fetch-json.ts";
import { MAX_KEYS, MAX_RECORD_PROOF_BYTES } from "./limits.ts";
import type { DirectoryPorts } from "./ports.ts";
import { provenRecord } from "./proven-record.ts";
import { localSource, type RecordSource, remoteSource } from "./record-source.ts";

type Ports = Pick<DirectoryPorts, "origin" | "dids" | "find" | "agent" | "fetch">;

/**
 * Records of anybody, for an agent that seals to them or was sent something: of this colony out of their objects, of everybody
 * else from the host that their DID document names. Nothing is believed that the author's key has not signed.
 */
export const recordsOf = (ports: Ports): RecordsPort => ({
  keysOf: async (did) => {
    if ((await ports.find(did)) !== undefined) {
      const keys = await ports.agent(did).keyRecords();
      return keys.ok ? keys.value : [];
    }
    const rkeys = await byDocument(ports.dids, did, async (document) => {
      const found = await remoteSource(ports.fetch, pdsOfAnybody(document, ports.origin), did).newest(ids.AgentCommsKey, MAX_KEYS);
      return found.length === 0 ? undefined : found;
    });
    return (rkeys ?? []).map((rkey) => `at://${did}/${ids.AgentCommsKey}/${rkey}`);
  },
  prove: async (uri) => {
    const [, , did = "", collection = "", rkey = ""] = uri.split("/");
    const local = (await ports.find(did)) === undefined ? undefined : localSource(ports.agent(did));
    const ask = async (document: unknown): Promise<ProvenRecord | undefined> => {
      const didKey = atprotoKeyOf(document);
      if (didKey === undefined) throw new UnreachableError(`${did} has no key to prove anything by`);
      return proveBy(local ?? remoteSource(ports.fetch, pdsOfAnybody(document, ports.origin), did, MAX_RECORD_PROOF_BYTES), { did, collection, rkey, didKey });
    };
    return byDocument(ports.dids, did, ask, local !== undefined);
  },
  proof: async (uri) => {
    const [, , did = "", collection = "", rkey = ""] = uri.split("/");
    if ((await ports.find(did)) !== undefined) return localSource(ports.agent(did)).proof(collection, rkey);
    // Asked where what is remembered did not fit.
    const document = await ports.dids.resolve(did, { fresh: true });
    return remoteSource(ports.fetch, pdsOfAnybody(document, ports.origin), did, MAX_RECORD_PROOF_BYTES).proof(collection, rkey);
  },
});

/**
 * Ask by the author's document as it is remembered. Where that gives nothing or fails, the author may have moved to another host
 * or key meanwhile: once more by the document of now, if that says something else.
 * @param isLocal the author lives here: nothing is nothing.
 */
const byDocument = async <T>(dids: Ports["dids"], did: string, ask: (document: unknown) => Promise<T | undefined>, isLocal = false): Promise<T | undefined> => {
  const remembered = await dids.resolve(did);
  let failure: { error: unknown } | undefined;
  try {
    const found = await ask(remembered);
    if (found !== undefined || isLocal) return found;
  } catch (error) {
    failure = { error };
  }
  const now = await dids.resolve(did, { fresh: true });
  if (atprotoKeyOf(now) !== atprotoKeyOf(remembered) || pdsOf(now) !== pdsOf(remembered)) return ask(now);
  if (failure !== undefined) throw failure.error;
  return undefined;
};

const proveBy = async (source: RecordSource, at: { did: string; collection: string; rkey: string; didKey: string }): Promise<ProvenRecord | undefined> => {
  const proof = await source.proof(at.collection, at.rkey);
  if (proof === undefined) return undefined;
  const { view } = await provenRecord(proof, at);
  return view && { uri: view.uri, cid: view.cid, value: view.value };
};

/** Origin of an account's host: a public name over HTTPS, or a neighbour of a colony on loopback. @throws UnreachableError */
const pdsOfAnybody = (document: unknown, ownOrigin: string): string => {
  const pds = pdsOf(document);
  if (pds === undefined) throw new UnreachableError("its DID document names no host");
  const url = new URL(pds);
  const onLoopback = isLoopbackHost(new URL(ownOrigin).hostname) && isLoopbackHost(url.hostname);
  if (!onLoopback && (url.protocol !== "https:" || !isPublicHost(url.hostname))) throw new UnreachableError(`${url.origin} is no origin to ask`);
  return url.origin;
};
