import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../packages/repo/src/testing/random.ts";
import { until } from "../test/until.ts";
import type { Colony } from "./colony.ts";
import type { Tally } from "./writer.ts";

/** How a colony is killed again and again. Times in ms. */
export interface Kills {
  count: number;
  /** Longest pause between a sign of life and the next kill. */
  longestLife: number;
  /** Some kills hit a workerd that is only just starting: one in five is followed by another at most so long after. */
  early: number;
}

/** Kill workerd at random moments, never before something was answered again, except now and then on purpose. */
export const killAgainAndAgain = async (colony: Colony, random: Random, tally: Tally, { count, longestLife, early }: Kills): Promise<number> => {
  let kills = 0;
  while (kills < count) {
    const before = tally.answered;
    await until(() => tally.answered > before, "the colony answers again", 60_000);
    await sleep(random.int(longestLife));
    if (colony.killWorkerd()) kills++;
    if (random.int(5) > 0) continue;
    await sleep(random.int(early));
    if (colony.killWorkerd()) kills++;
  }
  return kills;
};
