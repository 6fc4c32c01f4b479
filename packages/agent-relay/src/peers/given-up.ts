import { type Account, isUnseen } from "./accounts.ts";
import { type Failures, NO_FAILURES, outagesOf } from "./failures.ts";
import { HostBusyError } from "./host-client.ts";
import { isElsewhere, mayPass, UnprovenError } from "./mend-error.ts";
import { UNSEEN_TRIES, type ResyncLimits } from "./settings.ts";

/** Pure: an account's failures after one more. */
export function failedAgain(account: Account, error: unknown): Failures {
  const { tries, doubts, unproven, unanswered } = account;
  const counted = { tries: tries + 1, doubts, unproven, unanswered };
  if (error instanceof UnprovenError) return error.isAnswered ? { ...counted, unproven: unproven + 1 } : { ...counted, unanswered: unanswered + 1 };
  const isDoubt = isUnseen(account) ? !mayPass(error) : isElsewhere(error);
  return isDoubt ? { ...counted, doubts: doubts + 1 } : counted;
}

/**
 * Pure: what becomes of an account after a failure to mend it, which is counted already. Undefined: it is tried again. One of which
 * nothing was ever believed is forgotten in the end, since a host may name whatever it likes; one that lives elsewhere is left
 * alone, and is off here as before if its host said that it came on.
 */
export function givenUp(account: Account, error: unknown, { missedTries }: Pick<ResyncLimits, "missedTries">): Account | "forgotten" | undefined {
  if (error instanceof HostBusyError) return undefined;
  if (isUnseen(account)) return account.doubts >= missedTries || outagesOf(account) >= Math.max(missedTries, UNSEEN_TRIES) ? "forgotten" : undefined;
  if (!isElsewhere(error) || account.doubts < missedTries) return undefined;
  return account.status === null ? { ...account, ...NO_FAILURES, desync: 0, due: null } : { ...account, ...NO_FAILURES, active: false, due: null };
}
