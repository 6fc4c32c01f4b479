import { type GivenGrant, OpenError } from "@rookery/envelope";
import { type AgentCommsGrant, ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { addressOf } from "../at-uri.ts";
import type { VerifiedRecord } from "../read-record.ts";

/** Who was offered a record, and may have read it: nothing makes anybody forget. */
export interface Revoked {
  /** DIDs. */
  couldRead: string[];
  /** The record, where it was sealed again. */
  uri?: string;
  cid?: string;
}

/** The record of a grant. @throws OpenError for what is none. */
const grantOf = ({ uri, value }: VerifiedRecord): AgentCommsGrant => {
  const verdict = validateRecord(ids.AgentCommsGrant, value);
  if (addressOf(uri).collection !== ids.AgentCommsGrant || !verdict.known || !verdict.ok) throw new OpenError();
  // Validated just now (named boundary).
  return { ...(value as Omit<AgentCommsGrant, "$type">), $type: ids.AgentCommsGrant };
};

/**
 * A proven grant, to open its subject with.
 * @param reader DID of who opens: whoever claims this agent's key as theirs is granted what the key opens, and is not this agent.
 * @throws OpenError when it is not for exactly this record and reader, by the record's own author.
 */
export const grantFor = (subject: VerifiedRecord, grant: VerifiedRecord, reader: string): GivenGrant => {
  const { subject: named, to } = grantOf(grant);
  if (to !== reader || named.uri !== subject.uri || named.cid !== subject.cid || grant.author !== subject.author) throw new OpenError();
  return { repo: grant.author, rkey: addressOf(grant.uri).rkey, record: grant.value };
};

/** Whom a grant is for. @throws OpenError */
export const granteeOf = (grant: VerifiedRecord): string => grantOf(grant).to;
