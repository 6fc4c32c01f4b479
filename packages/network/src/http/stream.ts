import type { Env } from "../env.ts";
import { relayStub } from "../host/stubs.ts";

/** The colony's streams, the firehose and Jetstream: the relay holds the sockets, and knows each format by its path. */
export const stream = async (request: Request, env: Env): Promise<Response> => {
  const answer = await relayStub(env).fetch(request);
  // A refusal comes with headers that cannot be changed, and the door adds its own.
  return answer.status === 101 ? answer : new Response(answer.body, answer);
};
