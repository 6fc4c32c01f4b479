import { type Account, isUnseen } from "./accounts.ts";
import { HostBusyError, HostError } from "./host-client.ts";
import { RepoError } from "./read-repo.ts";
import { UNSEEN_TRIES, type ResyncLimits } from "./settings.ts";
import type { RefusalCode } from "./verifier.ts";

/** A repository came, and its signature or host did not fit its account's document. */
export class NotBelievedError extends RepoError {
  readonly code: RefusalCode;

  constructor(did: string, code: RefusalCode) {
    super(`the repository of ${did} is not to be believed: ${code}`);
    this.code = code;
  }
}

/**
 * Pure: what becomes of an account after one more failure to mend it. Undefined: it is tried again. One of which nothing was
 * ever believed is forgotten in the end, since a host may name whatever it likes; one that lives elsewhere is left alone, and is off
 * here as before if its host said that it came on.
 */
export function givenUp(account: Account, error: unknown, { missedTries }: Pick<ResyncLimits, "missedTries">): Account | "forgotten" | undefined {
  const tries = account.tries + 1;
  if (error instanceof HostBusyError) return undefined;
  if (isUnseen(account)) return tries < (mayPass(error) ? Math.max(missedTries, UNSEEN_TRIES) : missedTries) ? undefined : "forgotten";
  if (!isElsewhere(error) || tries < missedTries) return undefined;
  return account.status === null ? { ...account, desync: 0, due: null, tries: 0 } : { ...account, active: false, due: null, tries: 0 };
}

const isElsewhere = (error: unknown): boolean => error instanceof NotBelievedError && (error.code === "WrongHost" || error.code === "NoDocument");

/** Whether the directory or the way to the host may be all that is wrong. */
const mayPass = (error: unknown): boolean => {
  if (error instanceof NotBelievedError) return error.code === "Unresolvable";
  return error instanceof HostError ? error.status !== undefined && error.status >= 500 : !(error instanceof RepoError);
};
