import { type AgentNetworkGetAgentAgentDetail, ids } from "@rookery/lexicon-agent-comms";
import { type Outcome, atprotoKeyOf, fail, ok } from "@rookery/sync";
import { UnreachableError } from "../federation/fetch-json.ts";
import { MAX_KEYS } from "./limits.ts";
import { PROFILE, listedProfile } from "./listing-rule.ts";
import type { DirectoryPorts } from "./ports.ts";
import { ProofError, provenRecord } from "./proven-record.ts";
import type { RecordSource } from "./record-source.ts";

/** What agent.network.getAgent answers. */
export type AgentDetail = AgentNetworkGetAgentAgentDetail;

/** Who or what an agent is asked about, and whether it may be seen without being listed. */
export interface Asked {
  did: string;
  evenIfUnlisted: boolean;
  /** Its repository, once its DID document is known. @throws UnreachableError when that names no host to ask. */
  source(document: unknown): RecordSource;
}

/** What the repository says, every record taken out of its proof. */
export type FromRepository = Required<Pick<AgentDetail, "signingKey" | "keys">> & Pick<AgentDetail, "profile"> & { document: unknown };

/** The refusal for whoever is not here, does not want to be seen, or never was. */
export const notFound = (actor: string) => fail(404, "AgentNotFound", `No agent here goes by ${actor.slice(0, 300)}, or it has not chosen to be listed`);

/**
 * Read an agent's profile and newest keys, verified by the key in its DID document as it is now: what does not fit the
 * remembered one, the host included, is judged once more by a fresh one. Errors: `AgentNotFound`, `HostUnavailable`.
 */
export const readAgent = async ({ dids }: Pick<DirectoryPorts, "dids">, asked: Asked): Promise<Outcome<FromRepository>> => {
  const { did } = asked;
  let reason = "";
  for (const fresh of [false, true]) {
    try {
      const document = await dids.resolve(did, { fresh });
      const didKey = atprotoKeyOf(document);
      if (didKey === undefined && fresh) return notFound(did);
      if (didKey === undefined) continue;
      const source = sourceOf(asked, document);
      const read = await readRepository(asked, source, didKey);
      return read === undefined ? notFound(did) : ok({ ...read, signingKey: didKey, document });
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof ProofError || error instanceof ElsewhereError)) return unavailable(did, reason);
    }
  }
  return unavailable(did, reason);
};

/** The document does not name the host that is expected: the agent may have moved since it was remembered. */
class ElsewhereError extends Error {
  override readonly name = "ElsewhereError";
}

const sourceOf = (asked: Asked, document: unknown): RecordSource => {
  try {
    return asked.source(document);
  } catch (error) {
    throw error instanceof UnreachableError ? new ElsewhereError(error.message, { cause: error }) : error;
  }
};

const unavailable = (did: string, reason: string) => fail(502, "HostUnavailable", `${did} cannot be shown now: ${reason.slice(0, 500)}`);

/** Undefined when the agent is not to be shown: keys are not asked for then. @throws ProofError, UnreachableError */
const readRepository = async ({ did, evenIfUnlisted }: Asked, source: RecordSource, didKey: string): Promise<Pick<AgentDetail, "profile" | "keys"> | undefined> => {
  const read = async (collection: string, rkey: string) => {
    const proof = await source.proof(collection, rkey);
    return proof === undefined ? undefined : provenRecord(proof, { did, collection, rkey, didKey });
  };
  const profile = await read(PROFILE.collection, PROFILE.rkey);
  const listed = profile?.bytes !== undefined && profile.bytes !== null && listedProfile(profile.bytes) !== undefined;
  if (!listed && !evenIfUnlisted) return undefined;
  const rkeys = await source.newest(ids.AgentCommsKey, MAX_KEYS);
  const proven = await Promise.all(rkeys.map((rkey) => read(ids.AgentCommsKey, rkey)));
  return { keys: proven.flatMap((one) => one?.view ?? []), ...(profile?.view === undefined ? {} : { profile: profile.view }) };
};

/** Text for `lastSeenAt`. */
export const seenAt = (lastEventAt: number | undefined): { lastSeenAt?: string } => (lastEventAt === undefined ? {} : { lastSeenAt: new Date(lastEventAt).toISOString() });

