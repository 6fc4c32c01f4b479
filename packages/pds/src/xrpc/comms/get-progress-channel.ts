import type { AgentCommsGetProgressChannelInput } from "@rookery/lexicon-agent-comms";
import { pdsOf } from "@rookery/sync";
import { type Handler, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.getProgressChannel: where a task's progress is to be read, and with what key. */
export const getProgressChannel: Handler = async (call) => {
  const { request } = call.input as AgentCommsGetProgressChannelInput;
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const found = await agent.stub.getProgressChannel({ request });
  if (!found.ok) return found.error;
  // A worker whose document cannot be had now is one whose colony the caller must find out by itself.
  return json({ ...found.value, service: pdsOf(await call.host.didDocument(found.value.worker)) });
};
