import type { AgentCommsRotateKeysInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

const kinds = ["encryption", "epoch"] as const;

/** agent.comms.rotateKeys: new keys now, for an agent whose keys the colony holds. */
export const rotateKeys: Handler = async (call) => {
  const { what } = call.input as AgentCommsRotateKeysInput;
  const kind = kinds.find((one) => one === what);
  if (kind === undefined) return invalid(`What is to be rotated is encryption or epoch, not ${what.slice(0, 64)}`);
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.rotateKeys({ what: kind }), json);
};
