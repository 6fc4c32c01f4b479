import type { XrpcFault } from "@rookery/sync";
import { type Call, type Handler, fault, invalid, isFault, json } from "../call.ts";
import { recordOf, subjectAgent } from "./subject.ts";

const notFound = (): XrpcFault => fault(400, "NotFound", "Subject not found");

/** com.atproto.admin.getSubjectStatus: of a blob, a record, or an account, in this order as in the reference. */
export const getSubjectStatus: Handler = async (call) => {
  const { did, uri, blob } = call.params as { did?: string; uri?: string; blob?: string };
  if (blob !== undefined) return did === undefined ? invalid("Must provide a did to request blob state") : ofBlob(call, did, blob);
  if (uri !== undefined) return ofRecord(call, uri);
  return did === undefined ? invalid("No provided subject") : ofAccount(call, did);
};

const ofBlob = async (call: Call, did: string, cid: string): Promise<Response | XrpcFault> => {
  const agent = await subjectAgent(call, did);
  if (isFault(agent)) return agent;
  const found = await agent.stub.blobAttr({ cid });
  if (!found.ok) return found.error;
  return found.value === undefined ? notFound() : json({ subject: { $type: "com.atproto.admin.defs#repoBlobRef", did, cid }, takedown: found.value });
};

const ofRecord = async (call: Call, uri: string): Promise<Response | XrpcFault> => {
  const record = recordOf(uri);
  if (isFault(record) || record.kind !== "record") return isFault(record) ? record : notFound();
  const agent = await subjectAgent(call, record.did);
  if (isFault(agent)) return agent;
  const found = await agent.stub.recordAttr({ path: record.path });
  if (!found.ok) return found.error;
  if (found.value === undefined) return notFound();
  return json({ subject: { $type: "com.atproto.repo.strongRef", uri: `at://${record.did}/${record.path}`, cid: found.value.cid }, takedown: found.value.takedown });
};

const ofAccount = async (call: Call, did: string): Promise<Response | XrpcFault> => {
  const known = await call.host.find(did);
  if (known === undefined) return notFound();
  const found = await call.host.agent(known.did).accountAttrs();
  return found.ok ? json({ subject: { $type: "com.atproto.admin.defs#repoRef", did }, ...found.value }) : found.error;
};
