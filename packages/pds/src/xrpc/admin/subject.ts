import { isDid } from "@rookery/lexicon-agent-comms";
import type { AgentApi } from "../../agent-api.ts";
import { type Call, fault, invalid } from "../call.ts";
import type { XrpcFault } from "@rookery/sync";

/** What a moderator's call is about. */
export type Subject =
  | { kind: "account"; did: string }
  | { kind: "record"; did: string; path: string }
  | { kind: "blob"; did: string; cid: string };

/** com.atproto.admin.updateSubjectStatus: one of a union, by its `$type`; undefined when it is of none of the three kinds. */
export const subjectOf = (given: Record<string, unknown>): Subject | XrpcFault | undefined => {
  const { $type, did, uri, cid } = given;
  if ($type === "com.atproto.admin.defs#repoRef" && typeof did === "string") return { kind: "account", did };
  if ($type === "com.atproto.admin.defs#repoBlobRef" && typeof did === "string" && typeof cid === "string") return { kind: "blob", did, cid };
  return $type === "com.atproto.repo.strongRef" && typeof uri === "string" ? recordOf(uri) : undefined;
};

/** The record of an at-uri, which must name its repository by DID. */
export const recordOf = (uri: string): Subject | XrpcFault => {
  const [did, collection, rkey, ...rest] = uri.replace(/^at:\/\//, "").split("/");
  if (!isDid(did) || !collection || !rkey || rest.length > 0) return invalid(`Not the at-uri of a record, by DID: ${uri.slice(0, 2_000)}`);
  return { kind: "record", did, path: `${collection}/${rkey}` };
};

/** The account's object, if it lives here; its name for what it is not found as is the reference's. */
export const subjectAgent = async ({ host }: Call, did: string): Promise<{ stub: AgentApi } | XrpcFault> => {
  const agent = await host.find(did);
  return agent === undefined ? fault(400, "NotFound", "Repo not found") : { stub: host.agent(agent.did) };
};
