import { decode, lexToJson } from "@rookery/repo";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.listInbox: what reached the caller, oldest first; `waitSeconds` holds an empty answer back. */
export const listInbox: Handler = async (call) => {
  const { limit, cursor, waitSeconds } = call.params as { limit: number; cursor?: string; waitSeconds?: number };
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const page = await agent.stub.listInbox({
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(waitSeconds === undefined ? {} : { waitSeconds }),
  });
  return answer(page, (found) =>
    json({
      messages: found.messages.map(({ bytes, ...message }) => ({
        ...message,
        ...(bytes === undefined ? {} : { value: lexToJson(decode(bytes)) }),
      })),
      cursor: found.cursor,
    }),
  );
};
