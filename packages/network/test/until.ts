import { patience } from "../../../scripts/testing/patience.mjs";

/** Wait until something holds; a test that waits in vain fails with what it waited for, also while its `Date` stands still. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, patienceMs = patience.expect.poll.timeout): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await scheduler.wait(20);
  }
};
