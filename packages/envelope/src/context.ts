import { type Bytes, sha256 } from "./bytes.ts";
import { encodeData } from "./data-model.ts";

/** Where a record is, and what of it everybody sees: all that is bound to the sealed content in it. */
export interface SealContext {
  /** DID of the repository. */
  repo: string;
  collection: string;
  rkey: string;
  /** The record without the sealed content, in JSON form. */
  routing: Record<string, unknown>;
}

/** The sealed content's own clear fields: what stands in it before anything is encrypted, with recipients by key id only. */
export type Header = Record<string, unknown>;

/** Separates our hashes and derivations from everybody else's, and this version from later ones. */
export const DOMAIN = "agent.comms.sealed/v1";

/** One hash over the place, the routing and the header: docs/envelope.md, "Binding". @throws TypeError for what is not data. */
export const bindingOf = ({ repo, collection, rkey, routing }: SealContext, header: Header): Promise<Bytes> =>
  sha256(encodeData([DOMAIN, repo, collection, rkey, routing, header]));
