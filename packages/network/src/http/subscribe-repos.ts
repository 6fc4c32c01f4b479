import type { Env } from "../env.ts";
import { relayStub } from "../host/stubs.ts";

/** com.atproto.sync.subscribeRepos: the relay holds the sockets. */
export const subscribeRepos = async (request: Request, env: Env): Promise<Response> => {
  const answer = await relayStub(env).fetch(request);
  // A refusal comes with headers that cannot be changed, and the door adds its own.
  return answer.status === 101 ? answer : new Response(answer.body, answer);
};
