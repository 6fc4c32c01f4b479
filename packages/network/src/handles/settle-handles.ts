import { type HandleDesk, settleHandle } from "./change-handle.ts";
import { CHANGES_AT_ONCE, CHANGE_LEASE_MS } from "./limits.ts";

/** Finish or give up the changes of handles that crashes left behind. Called every minute; one that fails does not stop the next. */
export const settleHandles = async (desk: HandleDesk): Promise<void> => {
  const now = Date.now();
  for (const hold of await desk.holds.takeUp(now, now + CHANGE_LEASE_MS, CHANGES_AT_ONCE)) {
    try {
      if (await settleHandle(desk, hold)) continue;
    } catch (error) {
      console.error(JSON.stringify({ event: "handle-not-settled", ...hold, error: String(error) }));
    }
    await desk.holds.leave(hold);
  }
};
