import { messageView } from "../../inbox/message-view.ts";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.listInbox: what reached the caller, oldest first; `waitSeconds` holds an empty answer back, `opened` shows what the sealed ones say. */
export const listInbox: Handler = async (call) => {
  const { limit, cursor, waitSeconds, opened } = call.params as { limit: number; cursor?: string; waitSeconds?: number; opened?: boolean };
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const asked = {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
  };
  const page = await (opened === true ? agent.stub.listOpened(asked) : agent.stub.listInbox(asked));
  return answer(page, (found) => json({ messages: found.messages.map(messageView), cursor: found.cursor }));
};
