import { ids } from "@rookery/lexicon-agent-comms";
import { type Bytes, concat, equalBytes } from "./bytes.ts";
import type { SealContext } from "./context.ts";
import { encodeData } from "./data-model.ts";
import { OpenError } from "./errors.ts";
import { mapOf, wrappedOfJson } from "./sealed.ts";
import { type PrivateKey, isSuite } from "./suites.ts";
import { type Purpose, unwrapKey } from "./wrap.ts";

/** Where a grant is. */
export interface GrantPlace {
  /** DID of the repository that holds the grant and its subject. */
  repo: string;
  rkey: string;
}

/** A grant as it was found; or a disclosure, which is used in its place. */
export interface GivenGrant extends GrantPlace {
  /** Value of the record, in JSON form. */
  record: unknown;
}

/** What a grant's wrapping is bound to: the subject's binding and commitment, and all of the grant but the wrapped key. */
export const grantPurpose = ({ repo, rkey }: GrantPlace, clear: Record<string, unknown>, binding: Bytes, commitment: Bytes): Purpose => ({
  label: `${ids.AgentCommsGrant}/v1 wrap`,
  associated: concat(binding, commitment, encodeData([repo, ids.AgentCommsGrant, rkey, clear])),
});

/** The data key that a grant gives. @throws Error when it is not for these keys or not for this record. */
export const dataKeyOfGrant = async ({ record, ...place }: GivenGrant, keys: PrivateKey[], { repo }: SealContext, binding: Bytes, commitment: Bytes): Promise<Bytes> => {
  const { key: wrappedJson, ...clear } = mapOf(record);
  const { suite } = clear;
  if (place.repo !== repo || !isSuite(suite)) throw new OpenError();
  const wrapped = wrappedOfJson(wrappedJson, suite);
  const key = keys.find((one) => one.suite === suite && equalBytes(one.keyId, wrapped.keyId));
  if (key === undefined) throw new OpenError();
  return unwrapKey(key, wrapped, grantPurpose(place, clear, binding, commitment));
};
