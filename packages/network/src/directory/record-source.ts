import type { AgentApi } from "@rookery/pds";
import { UnreachableError, fetchJson } from "../federation/fetch-json.ts";
import { fieldsOf } from "../federation/fields.ts";
import { fetchBytes } from "./fetch-bytes.ts";

/** Where an account's records and their proofs are had. */
export interface RecordSource {
  /** Proof of what is at a path, or that nothing is; undefined when the host says that nothing is without proving it. */
  proof(collection: string, rkey: string): Promise<Uint8Array | undefined>;
  /** Record keys of the newest records of a collection, newest first. */
  newest(collection: string, limit: number): Promise<string[]>;
}

/** An account that lives here. What its object refuses (an inactive account) is nothing there. */
export const localSource = (agent: AgentApi): RecordSource => ({
  proof: async (collection, rkey) => {
    const proof = await agent.getProof({ collection, rkey });
    return proof.ok ? proof.value : undefined;
  },
  newest: async (collection, limit) => {
    const page = await agent.listRecords({ collection, limit });
    return page.ok ? page.value.records.map(({ rkey }) => rkey) : [];
  },
});

/** An account on another host. @throws UnreachableError */
export const remoteSource = (fetcher: typeof fetch, pds: string, did: string, maxProof?: number): RecordSource => ({
  proof: (collection, rkey) => fetchBytes(fetcher, `${pds}/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did, collection, rkey })}`, maxProof),
  newest: async (collection, limit) => {
    const url = `${pds}/xrpc/com.atproto.repo.listRecords?${new URLSearchParams({ repo: did, collection, limit: String(limit) })}`;
    const answer = await fetchJson(fetcher, url);
    if (!answer.ok) {
      if (answer.status === 400 || answer.status === 404) return [];
      throw new UnreachableError(`${url}: HTTP ${answer.status}`);
    }
    const records: unknown = fieldsOf(answer.json)?.["records"];
    if (!Array.isArray(records)) throw new UnreachableError(`${url}: no list of records`);
    return records.slice(0, limit).flatMap((record) => rkeyOf(fieldsOf(record)?.["uri"], collection) ?? []);
  },
});

/** Only names are taken from a list: what the records say is taken from their proofs. */
const rkeyOf = (uri: unknown, collection: string): string | undefined => {
  if (typeof uri !== "string" || uri.length > 8192) return undefined;
  const [, , , found, rkey] = uri.split("/");
  return found === collection ? rkey : undefined;
};
