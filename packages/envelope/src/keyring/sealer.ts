import type { BlobJson } from "@rookery/lexicon-agent-comms";
import type { GivenGrant } from "../granted.ts";
import type { OpenedRecord } from "../record.ts";

/** A record that is in a repository, by its address and content. */
export interface Sent {
  uri: string;
  cid: string;
}

/** A record on its way into the repository: what it is, for whom. */
export interface Draft {
  collection: string;
  rkey: string;
  record: Record<string, unknown>;
  /** DIDs, or `all` for a broadcast. */
  to: string[] | "all";
  /** Encrypted blobs whose keys are in the record. */
  blobs?: BlobJson[];
}

/** A record that was found or has arrived. */
export interface Arrived {
  /** at-uri, by DID. */
  uri: string;
  record: Record<string, unknown>;
  /** For what came through a host of one's own: to be proven by its author's before it is believed. */
  cid?: string;
  /** What lets this agent read it, when it was not written for it. */
  grant?: GivenGrant;
}

/** A sealed record of one's own, and who may now read it too. */
export interface Sharing extends Pick<Arrived, "uri" | "record"> {
  cid: string;
  /** DID. */
  to: string;
  /** Record key of the grant to be. */
  rkey: string;
}

/**
 * Makes a record unreadable for all but its recipients, and readable again. Sealing that fails fails the write:
 * nothing is ever sent plainer than asked.
 */
export interface Sealer {
  readonly level: "public" | "sealed";
  seal(draft: Draft): Promise<Draft>;
  /** The record as its author wrote it, and whether it was sealed; one that was not stays as it is. @throws OpenError when it never opens. */
  open(arrived: Arrived): Promise<OpenedRecord>;
  /** Do what is due by the clock, such as new keys: called again and again. Absent where nothing is. */
  refresh?(): Promise<void>;
  /** The record of a grant (agent.comms.grant). Absent where nothing is sealed. */
  share?(sharing: Sharing): Promise<Draft>;
}
