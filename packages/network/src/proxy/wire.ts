import type { Env } from "../env.ts";
import { outsideOf } from "../host/outside.ts";
import { PROXY_LIMITS } from "./limits.ts";
import type { Target } from "./target.ts";
import type { Wire } from "./upstream.ts";

/** How a service is reached. */
export const wireTo = ({ trusted }: Pick<Target, "trusted">, env: Env): Wire => ({
  fetch: trusted ? (input, init) => fetch(input, init) : outsideOf(env),
  limits: PROXY_LIMITS,
});
