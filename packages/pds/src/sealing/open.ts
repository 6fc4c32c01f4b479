import { type GivenGrant, isSealedRecord, type KeyRing, OpenError, openRecord } from "@rookery/envelope";
import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import { type Outcome, ok } from "@rookery/sync";
import { SELF_KEYED } from "../keys/hosted-keys.ts";
import type { AgentState } from "../state.ts";
import { AUTHOR_UNAVAILABLE, CANNOT_OPEN } from "./faults.ts";
import type { FoundRecord } from "./found-record.ts";
import { addressByDid, ownRecord } from "./own-record.ts";
import { isGrantOf, received, receivedGrants } from "./received.ts";
import type { OpenedAt } from "./sealing-api.ts";

/**
 * A record as its author wrote it: the agent's own; one that is addressed to it; one that it was granted; or one that
 * everybody can read. Errors: `CannotOpen`, `SelfKeyed`, `InvalidRequest` (400); `AuthorUnavailable` (503).
 */
export async function open(state: AgentState, { uri, grant }: { uri: string; grant?: string }): Promise<Outcome<OpenedAt>> {
  const found = await find(state, uri);
  if (!found.ok) return found;
  const { cid, repo, collection, record } = found.value;
  const opened = (value: Record<string, unknown>, sealed: boolean): Outcome<OpenedAt> => ok({ uri: found.value.uri, cid, author: repo, value, sealed });
  if (!isSealedRecord(collection, record)) return opened(record, false);
  const ring = await state.sealing.ring();
  for await (const way of waysTo(state, found.value, grant)) {
    if (way === "unavailable") return AUTHOR_UNAVAILABLE;
    const value = await tryTo(found.value, ring, way);
    if (value !== undefined) return opened(value, true);
  }
  return state.sealing.custody === "self" ? SELF_KEYED : CANNOT_OPEN;
}

/** How it may be opened, likeliest first; what needs asking somebody comes last. */
async function* waysTo(state: AgentState, found: FoundRecord, named: string | undefined): AsyncGenerator<GivenGrant | undefined | "unavailable"> {
  const { did } = state.account;
  const { repo, collection, record, cid } = found;
  if (named !== undefined) {
    const grant = await find(state, named);
    if (!grant.ok) return grant.error.name === AUTHOR_UNAVAILABLE.error.name ? yield "unavailable" : undefined;
    const right = grant.value.collection === ids.AgentCommsGrant && grant.value.repo === repo && isGrantOf(grant.value.record, found, did);
    if (right) yield { repo, rkey: grant.value.rkey, record: grant.value.record };
    return;
  }
  const to = recipientsOf(collection, record);
  // Whoever publishes this agent's key as theirs is sent what opens here, and is not meant for here.
  if (repo === did || to === "all" || to?.includes(did)) yield undefined;
  if (repo === did) return;
  yield* receivedGrants(state, found);
  const disclosure = await find(state, `at://${repo}/${ids.AgentCommsDisclosure}/${cid}`);
  if (disclosure.ok) yield { repo, rkey: cid, record: disclosure.value.record };
  else if (disclosure.error.name === AUTHOR_UNAVAILABLE.error.name) yield "unavailable";
}

async function tryTo(found: FoundRecord, ring: KeyRing, grant: GivenGrant | undefined): Promise<Record<string, unknown> | undefined> {
  try {
    return (await openRecord(found, ring, grant)).record;
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

/** The record at an at-uri: of this repository, of the inbox, or as its author's host proves it now. Errors: as `open`. */
async function find(state: AgentState, uri: string): Promise<Outcome<FoundRecord>> {
  const address = addressByDid(uri);
  if (!address.ok) return address;
  const { repo, collection, rkey } = address.value;
  if (repo === state.account.did) {
    const own = ownRecord(state, uri);
    return own.ok ? own : CANNOT_OPEN;
  }
  const came = received(state, repo, `${collection}/${rkey}`);
  if (came === null) return CANNOT_OPEN;
  if (came !== undefined) return ok(came);
  try {
    const proven = await state.ports.records.prove(uri);
    return proven === undefined ? CANNOT_OPEN : ok({ ...address.value, uri, cid: proven.cid, record: proven.value });
  } catch {
    return AUTHOR_UNAVAILABLE;
  }
}
