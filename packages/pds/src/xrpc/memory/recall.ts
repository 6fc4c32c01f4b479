import { KINDS, type RecallInput } from "@rookery/memory";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.memory.recall: what the caller remembers that fits. */
export const recall: Handler = async (call) => {
  const input = call.input as RecallInput;
  if (input.kinds?.some((kind) => !KINDS.includes(kind)) === true) return invalid(`kinds are of ${KINDS.join(", ")}`);
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.recall(input), (recalled) => json(recalled));
};
