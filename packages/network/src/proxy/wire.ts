import type { Env } from "../env.ts";
import { PROXY_LIMITS } from "./limits.ts";
import type { Target } from "./target.ts";
import type { Wire } from "./upstream.ts";

/**
 * How a service is reached. What a stranger named goes through the binding that connects to public addresses only, whatever a name
 * resolves to at that moment, where there is one: on Cloudflare there is nothing else to be reached anyway.
 */
export const wireTo = ({ trusted }: Pick<Target, "trusted">, { OUTSIDE }: Env): Wire => ({
  fetch: trusted || OUTSIDE === undefined ? (input, init) => fetch(input, init) : (input, init) => OUTSIDE.fetch(input, init),
  limits: PROXY_LIMITS,
});
