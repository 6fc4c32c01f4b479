import { socketRequest } from "../../reach/sockets/socket-request.ts";
import { type Handler, fault, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.subscribeInbox: the caller's inbox as it comes. The agent's object holds the socket. */
export const subscribeInbox: Handler = async (call) => {
  const { cursor, opened } = call.params as { cursor?: string; opened: boolean };
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  if (call.caller.kind !== "agent") return fault(401, "AuthMissing", "Authentication Required");
  const { until } = call.caller;
  const response = await agent.stub.fetch(socketRequest(call.request, { kind: "inbox", opened, until, ...(cursor === undefined ? {} : { cursor }) }));
  // A refusal comes with headers that cannot be changed, and the door adds its own.
  return response.status === 101 ? response : new Response(response.body, response);
};
