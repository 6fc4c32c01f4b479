import type { PinInput } from "@rookery/memory";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.memory.pin: what the caller keeps in mind. */
export const pin: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.pinMemory(call.input as PinInput), (pins) => json(pins));
};
