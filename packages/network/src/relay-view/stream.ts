import type { Env } from "../env.ts";
import { networkStub } from "../host/stubs.ts";

/** The streams of the relay view, in the same formats and at the same paths as the origin's. */
export const relayStream = async (request: Request, env: Env): Promise<Response> => {
  const answer = await networkStub(env).fetch(request);
  // A refusal comes with headers that cannot be changed, and the door adds its own.
  return answer.status === 101 ? answer : new Response(answer.body, answer);
};
