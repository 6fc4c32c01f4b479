import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { VERSION } from "../version.ts";

/** How this colony introduces itself to hosts that it listens to: by the names under which they may have asked it to come. */
export const userAgentOf = (env: Env): string => {
  const { origin, relayOrigin } = configOf(env);
  const names = [relayOrigin, origin].filter((name) => name !== undefined).map((name) => `+${name}`);
  return `rookery-relay/${VERSION} (${names.join("; ")})`;
};
