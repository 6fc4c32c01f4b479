import type { RevokeInput } from "../../sealing/sealing-api.ts";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.revoke: grants of the caller's are taken back. */
export const revoke: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.revoke(call.input as RevokeInput), (done) => json(done));
};
