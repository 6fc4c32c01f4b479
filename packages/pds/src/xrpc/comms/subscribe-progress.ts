import { socketRequest } from "../../reach/sockets/socket-request.ts";
import { type Handler, invalid } from "../call.ts";

/** agent.comms.subscribeProgress: where a task is, as its worker says. No login: frames open for those who know the task. The worker's object holds the socket. */
export const subscribeProgress: Handler = async ({ params, host, request, ip }) => {
  const { did, channel, cursor = 0 } = params as { did: string; channel: string; cursor?: number };
  if ((await host.find(did)) === undefined) return invalid(`Could not find repo: ${did}`);
  const response = await host.agent(did).fetch(socketRequest(request, { kind: "progress", channel, after: cursor, address: isTold(ip) ? ip : "" }));
  // A refusal comes with headers that cannot be changed, and the door adds its own.
  return response.status === 101 ? response : new Response(response.body, response);
};

/** Whether an address tells clients apart: on loopback they all have the same. */
const isTold = (address: string): boolean => !/^(?:loopback$|127\.|::1$|::ffff:127\.)/.test(address);
