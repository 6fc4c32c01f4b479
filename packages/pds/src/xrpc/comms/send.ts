import type { SendInput } from "../../sealing/sealing-api.ts";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.send: a record of the caller's, sealed unless it says otherwise. */
export const send: Handler = async (call) => {
  const { privacy, record, ...rest } = call.input as SendInput & { privacy?: string };
  // Anything else is not taken for either of the two: what was meant to be sealed must not come out in the clear.
  if (privacy !== undefined && privacy !== "sealed" && privacy !== "public") return invalid("privacy is sealed or public");
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.send({ ...rest, record, ...(privacy === undefined ? {} : { privacy }) }), (sent) => json(sent));
};
