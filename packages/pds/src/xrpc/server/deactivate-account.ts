import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.deactivateAccount */
export const deactivateAccount: Handler = async (call) => {
  const { deleteAfter } = call.input as { deleteAfter?: string };
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const done = await agent.stub.deactivate(deleteAfter === undefined ? {} : { deleteAfter });
  await call.host.forget(agent.did);
  return answer(done, empty);
};
