import { isSuite, MAX_KEY_RECORDS } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { fetchBytes } from "../follow/fetch-bytes.ts";
import type { Identities } from "../identity.ts";

/** How long somebody's host may take to answer, in ms. */
const TIMEOUT_MS = 10_000;
/** Bytes of its answer at most; a key record has about three thousand. */
const MAX_ANSWER = 1_000_000;

/**
 * Addresses of somebody's key records, newest first, as their host lists them. Nothing is believed of the answer: each is
 * to be proven. Keys of suites that we do not know are left out.
 * @throws Error when the host does not answer, or nonsense.
 */
export const listKeyRecords = async (identities: Identities, did: string): Promise<string[]> => {
  const { pds } = await identities.resolve(did);
  const query = new URLSearchParams({ repo: did, collection: ids.AgentCommsKey, limit: String(MAX_KEY_RECORDS) });
  const url = `${pds}/xrpc/com.atproto.repo.listRecords?${query}`;
  const answer = await fetchBytes(url, { fetch, signal: new AbortController().signal, maxBytes: MAX_ANSWER, patienceMs: TIMEOUT_MS });
  const { records } = Object(JSON.parse(new TextDecoder().decode(answer))) as { records?: unknown };
  if (!Array.isArray(records)) throw new Error(`${pds} answers nonsense when asked for the keys of ${did}`);
  return records.slice(0, MAX_KEY_RECORDS).flatMap((record: { uri?: unknown; value?: { suite?: unknown } }) => (typeof record?.uri === "string" && isSuite(record.value?.suite) ? [record.uri] : []));
};
