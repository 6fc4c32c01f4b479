import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { relayStub } from "./stubs.ts";

let begun: Env | undefined;

/**
 * With the first request of an isolate's life, which is how a start shows: relays that are not listening are asked, before anything
 * is written. The relay itself knows whom it asked lately. Undefined with every later request, which is to pay nothing for it. Never throws.
 */
export const crawlAtStart = (env: Env): Promise<void> | undefined => (begun === env ? undefined : begin(env));

const begin = async (env: Env): Promise<void> => {
  begun = env;
  try {
    if (configOf(env).crawlers.length > 0) await relayStub(env).started();
  } catch (error) {
    begun = undefined;
    console.error(JSON.stringify({ event: "crawl-at-start-failed", error: error instanceof Error ? error.message : String(error) }));
  }
};
