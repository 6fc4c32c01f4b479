import { KINDS, type RememberInput } from "@rookery/memory";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.memory.remember: a memory of the caller's, sealed for itself unless it says otherwise. */
export const remember: Handler = async (call) => {
  const input = call.input as RememberInput & { kind?: string; privacy?: string };
  // Anything else is not taken for either of the two: what was meant to be sealed must not come out in the clear.
  if (input.privacy !== undefined && input.privacy !== "private" && input.privacy !== "public") return invalid("privacy is private or public");
  if (input.kind !== undefined && !KINDS.includes(input.kind)) return invalid(`kind is one of ${KINDS.join(", ")}`);
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.remember(input), (remembered) => json(remembered));
};
