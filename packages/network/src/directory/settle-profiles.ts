import type { NetworkApi, SeenProfile } from "@rookery/agent-relay";
import { atprotoKeyOf } from "@rookery/sync";
import { MAX_SETTLED_PROFILES } from "./limits.ts";
import { PROFILE } from "./listing-rule.ts";
import { pdsAt } from "./pds-at.ts";
import type { DirectoryPorts } from "./ports.ts";
import { provenRecord } from "./proven-record.ts";
import { remoteSource } from "./record-source.ts";

/** Where profiles that were not seen are asked for and brought to. */
export type Settling = Pick<DirectoryPorts, "dids" | "fetch" | "origin"> & { network: Pick<NetworkApi, "doubtfulProfiles" | "settleProfile"> };

/**
 * Look at profiles of accounts on other hosts that changed while nobody listened: each is fetched from its host with its proof.
 * Hosts that cannot be asked now, or lie, are asked another time; the agent is not listed meanwhile. Called every minute.
 */
export const settleProfiles = async (ports: Settling): Promise<void> => {
  const doubtful = await ports.network.doubtfulProfiles(MAX_SETTLED_PROFILES);
  await Promise.all(
    doubtful.map(async ({ did, host }) => {
      try {
        const seen = await lookAt(ports, did, host);
        if (seen !== undefined) await ports.network.settleProfile(seen);
      } catch (error) {
        console.warn(JSON.stringify({ event: "profile-unseen", did, host, error: error instanceof Error ? error.message : String(error) }));
      }
    }),
  );
};

/** Undefined when there is nothing to look at. @throws ProofError, UnreachableError, and Error when the DID cannot be resolved now. */
const lookAt = async ({ dids, fetch, origin }: Settling, did: string, host: string): Promise<SeenProfile | undefined> => {
  const document = await dids.resolve(did, { fresh: true });
  const didKey = atprotoKeyOf(document);
  if (didKey === undefined) return undefined;
  const proof = await remoteSource(fetch, pdsAt(document, host, origin), did).proof(PROFILE.collection, PROFILE.rkey);
  if (proof === undefined) return undefined;
  const { rev, bytes } = await provenRecord(proof, { did, ...PROFILE, didKey });
  return { did, rev, record: bytes };
};
