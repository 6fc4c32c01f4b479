import { ids } from "@rookery/lexicon-agent-comms";
import type { Bytes } from "./bytes.ts";
import type { SealContext } from "./context.ts";
import { OpenError } from "./errors.ts";
import type { GivenGrant } from "./granted.ts";
import { bytesOf, mapOf } from "./sealed.ts";

/** Whether what was found is a disclosure, not a grant. */
export const isDisclosure = ({ record }: GivenGrant): boolean => typeof record === "object" && record !== null && "$type" in record && record.$type === ids.AgentCommsDisclosure;

/** The data key that a disclosure gives. @throws Error when it is of another repository, or names another record. */
export const dataKeyOfDisclosure = ({ repo, rkey, record }: GivenGrant, context: SealContext): Bytes => {
  const { subject, dataKey } = mapOf(record);
  const { uri, cid } = mapOf(subject);
  if (repo !== context.repo || uri !== `at://${context.repo}/${context.collection}/${context.rkey}` || cid !== rkey) throw new OpenError();
  return bytesOf(dataKey, 32);
};
