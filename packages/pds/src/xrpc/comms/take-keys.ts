import { type AgentCommsKey, type AgentCommsTakeKeysInput, ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, fault, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.takeKeys: the caller's owner holds its encryption keys from now on. */
export const takeKeys: Handler = async (call) => {
  const { rkey, record } = call.input as AgentCommsTakeKeysInput;
  const verdict = record === undefined ? undefined : validateRecord(ids.AgentCommsKey, record);
  if (verdict !== undefined && !(verdict.known && verdict.ok)) return fault(400, "InvalidKey", verdict.known && !verdict.ok ? verdict.message : "No key record");
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  // Validated just now (named boundary).
  const key = record as AgentCommsKey | undefined;
  return answer(await agent.stub.takeKeys({ ...(rkey === undefined ? {} : { rkey }), ...(key === undefined ? {} : { record: key }) }), json);
};
