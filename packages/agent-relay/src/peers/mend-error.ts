/** Why an account could not be mended, beside what its host answers (HostError) and what is wrong with a repository (RepoError). */
import { HostBusyError, HostError } from "./host-client.ts";
import { RepoError } from "./read-repo.ts";
import type { RefusalCode } from "./verifier.ts";

/** A repository came, or a proof, and its signature or host did not fit its account's document. */
export class NotBelievedError extends RepoError {
  readonly code: RefusalCode;

  constructor(did: string, code: RefusalCode) {
    super(`the repository of ${did} is not to be believed: ${code}`);
    this.code = code;
  }
}

/** An account was mended too often of late: that is no answer of anybody. */
export class BrokenOftenError extends RepoError {
  constructor() {
    super("its chain breaks again and again");
  }
}

/** A repository is good, and one record of it was not proven. */
export class UnprovenError extends HostError {
  /** Whether the host has answered. */
  readonly isAnswered: boolean;

  constructor(path: string, error: unknown, isAnswered: boolean) {
    super(`no proof of ${path.slice(0, 300)}: ${error instanceof HostError ? error.message : String(error)}`, error instanceof HostError ? error.status : undefined);
    this.isAnswered = isAnswered;
  }
}

/** Whether an account lives on another host, as its document says. */
export const isElsewhere = (error: unknown): boolean => error instanceof NotBelievedError && (error.code === "WrongHost" || error.code === "NoDocument");

/** Whether the directory or the way to the host may be all that is wrong. */
export function mayPass(error: unknown): boolean {
  if (error instanceof NotBelievedError) return error.code === "Unresolvable";
  if (error instanceof HostBusyError || error instanceof BrokenOftenError) return true;
  return error instanceof HostError ? error.status !== undefined && error.status >= 500 : !(error instanceof RepoError);
}
