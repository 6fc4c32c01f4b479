import type { LogStores } from "./account-turn.ts";
import type { StandingNote } from "./relay-api.ts";

/**
 * Take down what no event tells of an account: that one has come from elsewhere and was not activated yet, and what became of the
 * repository of one that does not take part. It is seen in listRepos alone: the log, its readers and deliveries know nothing of it.
 *
 * Nothing that an event said is undone by it: it counts only for who has every event before it. False when events are still to
 * come, so that it is to be told again. To be called within a transaction.
 */
export function noteStanding({ log, repos }: Pick<LogStores, "log" | "repos">, { did, epoch, n, head, rev, status }: StandingNote): boolean {
  const known = repos.find(did);
  const isNewLife = known === undefined || epoch > known.epoch;
  const heard = isNewLife ? 0 : Math.max(known.n, 0);
  if (heard < n) return false;
  // Later events, or a later life of the account, say more. And who went does not come back by a note that was late.
  if (heard > n || (known !== undefined && epoch < known.epoch)) return true;
  if (!isNewLife && known.status === "deleted") return true;
  if (known === undefined && status === "deleted") return true;
  const repo = known ?? repos.add(did, log.lastSeq);
  repos.save({ ...repo, epoch, n: isNewLife ? -1 : repo.n, head, rev, active: false, status });
  return true;
}

/** Whether all that is known of an account here is from such notes: it still lives elsewhere, as far as others know. */
export const isUnheard = ({ n, active }: { n: number; active: boolean }): boolean => n < 0 && !active;
