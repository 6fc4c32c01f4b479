import { type AgentCommsGrant, ids } from "@rookery/lexicon-agent-comms";
import { SealError, opening } from "./errors.ts";
import { type GrantPlace, grantPurpose } from "./granted.ts";
import { type OpenInput, unlock } from "./open.ts";
import { wrappedToJson } from "./sealed.ts";
import { DEFAULT_SUITE, type SuiteName } from "./suites.ts";
import { type Recipient, checkRecipients, wrapKey } from "./wrap.ts";

/** A sealed record of one's own, and who may now read it too. */
export interface GrantInput extends OpenInput {
  /** Address and CID of the sealed record. */
  subject: AgentCommsGrant["subject"];
  place: GrantPlace;
  /** DID of who may read. */
  to: string;
  recipient: Recipient;
  suite?: SuiteName;
  /** Datetime. */
  createdAt: string;
}

/**
 * A record that lets one more agent read a sealed one, which stays as it is, CID and all.
 * @throws OpenError when the ring does not open the subject. @throws SealError
 */
export const makeGrant = async (input: GrantInput): Promise<AgentCommsGrant> => {
  const { context, subject, place, to, recipient, suite = DEFAULT_SUITE, createdAt } = input;
  if (subject.uri !== `at://${context.repo}/${context.collection}/${context.rkey}` || place.repo !== context.repo) throw new SealError("A grant is of the repository of what it names, and names what it opens");
  const { binding, dataKey, parts } = await opening(() => unlock(input));
  await checkRecipients(suite, [recipient]);
  const clear = { $type: ids.AgentCommsGrant, to, subject: { uri: subject.uri, cid: subject.cid }, suite, createdAt } as const;
  try {
    const key = await wrapKey(suite, recipient, dataKey, grantPurpose(place, clear, binding, parts.commitment));
    return { ...clear, key: wrappedToJson(key) };
  } catch (error) {
    throw new SealError(`Could not be granted: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};
