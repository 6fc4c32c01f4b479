import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.listAppPasswords, newest first. */
export const listAppPasswords: Handler = async (call) => {
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.listAppPasswords(), (passwords) => json({ passwords }));
};
