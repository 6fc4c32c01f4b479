import type { OutboxRow } from "@rookery/sync";
import { isNew } from "../ingest.ts";
import type { Repo } from "../repos.ts";

/** What a verified event is to what is known of its account. */
export type Placing =
  /** It was here before, or is older than what is known. */
  | "repeat"
  /** It comes from a host that the account does not live on, as far as is known, and proves nothing newer. */
  | "elsewhere"
  /** It shows that the account has moved to this host, and starts anew there. */
  | "moved"
  /** It goes on from what is known. */
  | "next";

/**
 * Place an event of `host` (empty for the colony's own). Whoever sends it has checked that the account's DID document names
 * that host; but what was verified before a move may arrive after it, so a change of host is believed only of a newer rev, or
 * of a host that says that the account is active there.
 */
export function placingOf(row: OutboxRow, host: string, repo: Repo): Placing {
  const isOld = row.rev !== undefined && repo.rev !== null && row.rev <= repo.rev;
  if (repo.n !== -1 && repo.host !== host) {
    const proves = row.kind === "account" ? row.active === true : row.rev !== undefined && !isOld;
    return proves ? "moved" : "elsewhere";
  }
  if (repo.n !== -1 && !isNew(row, repo)) return "repeat";
  // Revs of one repository increase, so this finds repeats even where positions were forgotten.
  return (row.kind === "commit" && isOld) || goesBack(row, host, repo) ? "repeat" : "next";
}

/**
 * Whether a #sync states an earlier rev than the known one; it may state the same. Believed of a host that was forgotten and is read
 * from the beginning, it would make everything after it new again. The colony itself says so where it went back to a backup.
 */
const goesBack = ({ kind, rev }: OutboxRow, host: string, repo: Repo): boolean =>
  kind === "sync" && host !== "" && rev !== undefined && repo.rev !== null && rev < repo.rev;
