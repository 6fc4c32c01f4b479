import { chainFailure, checkCommitContent, readSync, type CheckedCommit, type CommitBody, type SyncBody } from "@rookery/sync";
import { cidFromString, cidToString, type Commit, type Sha256 } from "@rookery/repo";
import type { AccountState } from "./chain-store.ts";
import type { Reason } from "./events.ts";
import type { Keys } from "./keys.ts";

/** What is to be done about a `#commit` or `#sync`. */
export type Verdict =
  | { kind: "accepted"; checked: CheckedCommit }
  /** Had already, or covered by what was fetched since. */
  | { kind: "repeat" }
  /** Genuine, but it does not follow from what is known: the repository has to be fetched, at least as new as `rev`. */
  | { kind: "broken"; reason: Reason; rev: string }
  /** Not believed. `fetch`: it may hide a change. */
  | { kind: "refused"; reason: Reason; fetch: boolean };

/** What judging commits needs. */
export interface JudgeSettings {
  keys: Keys;
  sha256: Sha256;
  now: () => number;
  /** Whether accounts that are first seen in the middle of their history are fetched. */
  backfill: boolean;
}

/** Judge a commit by what is known of its account. */
export const judgeCommit = async (body: CommitBody & { rebase: boolean; tooBig: boolean }, state: AccountState | undefined, settings: JudgeSettings): Promise<Verdict> => {
  if (state?.rev !== undefined && body.rev <= state.rev) return { kind: "repeat" };
  if (state?.inactive !== undefined) return { kind: "refused", fetch: false, reason: { code: "Inactive", message: `${body.repo} is ${state.inactive}` } };
  const content = checkCommitContent(body, { sha256: settings.sha256, now: settings.now() });
  if (!content.ok) return { kind: "refused", fetch: true, reason: content.failure };
  const { signed, commit } = content.value;
  const unsigned = await unsignedVerdict(signed, state, settings.keys);
  if (unsigned !== undefined) return unsigned;
  if (state?.gone === true) return { kind: "broken", rev: commit.rev, reason: { code: "FirstSeen", message: "the account is back" } };
  const last = chainStateOf(state);
  if (last === undefined) {
    if (commit.since === null || !settings.backfill) return { kind: "accepted", checked: commit };
    return { kind: "broken", rev: commit.rev, reason: { code: "FirstSeen", message: "the account was not known yet" } };
  }
  const failure = chainFailure(last, commit);
  return failure === undefined ? { kind: "accepted", checked: commit } : { kind: "broken", rev: commit.rev, reason: failure };
};

/** Judge a `#sync`: what it declares is never taken for the content of a repository, only as the word that it changed. */
export const judgeSync = async (body: SyncBody, state: AccountState | undefined, settings: JudgeSettings): Promise<Verdict> => {
  const read = readSync(body, { sha256: settings.sha256, now: settings.now() });
  if (!read.ok) return { kind: "refused", fetch: true, reason: read.failure };
  const unsigned = await unsignedVerdict(read.value.signed, state, settings.keys);
  if (unsigned !== undefined) return unsigned;
  const { rev, commit } = read.value.state;
  // A Jetstream tells revs alone, so that there the commit may not be known.
  if (state?.rev !== undefined && (rev < state.rev || (rev === state.rev && cidToString(commit) === (state.commit ?? cidToString(commit))))) return { kind: "repeat" };
  return { kind: "broken", rev, reason: { code: "Sync", message: `the host says that the repository is at rev ${rev} now` } };
};

const unsignedVerdict = async (signed: Commit, state: AccountState | undefined, keys: Keys): Promise<Verdict | undefined> => {
  const { did, rev } = signed;
  const answer = await keys.verify(signed);
  switch (answer.kind) {
    case "yes":
      return undefined;
    case "no":
      return { kind: "refused", fetch: true, reason: { code: "BadSignature", message: `commit of rev ${rev} is not signed by ${answer.key}` } };
    case "absent":
      // Accounts that do not exist cost nothing to invent.
      return { kind: "refused", fetch: state !== undefined, reason: { code: "UnknownKey", message: `${did} has no signing key` } };
    case "unknown":
      return { kind: "refused", fetch: true, reason: { code: "Unresolvable", message: answer.error } };
  }
};

const chainStateOf = (state: AccountState | undefined): Parameters<typeof chainFailure>[0] | undefined => {
  if (state?.rev === undefined || state.commit === undefined || state.data === undefined) return undefined;
  return { rev: state.rev, commit: cidFromString(state.commit), data: cidFromString(state.data) };
};
