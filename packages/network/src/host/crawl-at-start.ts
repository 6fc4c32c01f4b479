import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { relayStub } from "./stubs.ts";

let begun: Env | undefined;

/** Once in an isolate's life: relays that are not listening are asked at a start, before anything is written. */
export const crawlAtStart = async (env: Env): Promise<void> => {
  if (begun === env || configOf(env).crawlers.length === 0) return;
  await relayStub(env).started();
  begun = env;
};
