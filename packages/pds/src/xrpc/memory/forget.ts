import type { ForgetInput } from "@rookery/memory";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.memory.forget: a memory of the caller's, with its past. */
export const forget: Handler = async (call) => {
  const input = call.input as ForgetInput;
  if ((input.uri === undefined) === (input.subject === undefined)) return invalid("Either uri or subject");
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.forget(input), (forgotten) => json(forgotten));
};
