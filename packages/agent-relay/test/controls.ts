/** What tests set and see of the objects under test, by their name; tests share the Worker's isolate. */
import type { RelayFaultPoint, RelayLimits, RetentionLimits } from "../src/index.ts";

/** What a test may set for one object. */
export interface Settings {
  /** Tells the objects of different tests apart. */
  test: string;
  limits?: Partial<RelayLimits>;
  retention?: Partial<RetentionLimits>;
  /** Seqs go on above what the clock says whenever the object starts, as in production; otherwise they count from 1. */
  seqFloor?: true;
  /** Origins of relays that are asked to crawl. */
  crawlers?: string[];
  /** The network's relay of the same name follows. */
  followed?: true;
}

/** What a test sees and moves while the object runs; tests share the Worker's isolate. */
export interface Controls {
  /** Added to the real clock, in milliseconds. */
  clockAhead: number;
  wakes: { did: string; seq: number }[];
  wakeFails: boolean;
  /** Throw at this point, once. */
  faultAt: RelayFaultPoint | undefined;
  /** Requests to relays that are asked to crawl, as `origin body`, and what they answer. */
  asked: string[];
  crawlAnswer: (request: Request) => Response | Promise<Response>;
}

const all = new Map<string, Controls>();

export function controlsOf(name: string): Controls {
  const found = all.get(name) ?? { clockAhead: 0, wakes: [], wakeFails: false, faultAt: undefined, asked: [], crawlAnswer: () => new Response(null) };
  all.set(name, found);
  return found;
}
