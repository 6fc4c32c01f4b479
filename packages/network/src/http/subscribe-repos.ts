import type { Env } from "../env.ts";
import { relayStub } from "../host/stubs.ts";

/** com.atproto.sync.subscribeRepos: the relay holds the sockets. */
export const subscribeRepos = (request: Request, env: Env): Promise<Response> => relayStub(env).fetch(request);
