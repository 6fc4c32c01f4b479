import type { GivenGrant } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { CborError, decode, lexToJson } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import type { FoundRecord } from "./found-record.ts";

/** Grants of one author that are looked through, newest first: more than any reader has of somebody, and some milliseconds. */
const MAX_GRANTS = 2_000;
/** Of them, those for one record that are tried: there is a newer one only when the reader's key is another, and trying costs milliseconds each. */
const MAX_TRIED = 8;

type Row = { path: string; cid: string | null; bytes: ArrayBuffer | null; action: string };

/** A record that reached the inbox, proven then, and was not taken back since. `undefined`: it never came; `null`: it was taken back. */
export function received({ sql }: Pick<AgentState, "sql">, repo: string, path: string): FoundRecord | null | undefined {
  // Identities begin with their path and a space; "!" is the character after it.
  const [newest] = sql
    .exec<Row>("SELECT path, cid, bytes, action FROM inbox WHERE identity > ? AND identity < ? ORDER BY COALESCE(rev, '') DESC, id DESC LIMIT 1", `${repo}/${path} `, `${repo}/${path}!`)
    .toArray();
  return newest && foundOf(repo, newest);
}

/** Grants that this author gave the agent for one record, newest first, a few; what was taken back is left out. */
export function receivedGrants({ sql, account }: Pick<AgentState, "sql" | "account">, { uri, cid, repo }: FoundRecord): GivenGrant[] {
  const low = `${repo}/${ids.AgentCommsGrant}/`;
  const seen = new Set<string>();
  const found: GivenGrant[] = [];
  const rows = sql.exec<Row>(
    "SELECT path, cid, bytes, action FROM inbox WHERE identity > ? AND identity < ? ORDER BY COALESCE(rev, '') DESC, id DESC LIMIT ?", low, `${low.slice(0, -1)}0`, MAX_GRANTS,
  );
  for (const row of rows) {
    if (seen.has(row.path)) continue;
    seen.add(row.path);
    const grant = foundOf(repo, row);
    if (grant !== null && isGrantOf(grant.record, { uri, cid }, account.did)) found.push({ repo, rkey: grant.rkey, record: grant.record });
    if (found.length === MAX_TRIED) break;
  }
  return found;
}

/** Whether a record is a grant of exactly this record for this reader. */
export function isGrantOf(grant: unknown, { uri, cid }: Pick<FoundRecord, "uri" | "cid">, reader: string): boolean {
  const { to, subject } = Object(grant) as { to?: unknown; subject?: { uri?: unknown; cid?: unknown } };
  return to === reader && subject?.uri === uri && subject.cid === cid;
}

function foundOf(repo: string, { path, cid, bytes, action }: Row): FoundRecord | null {
  if (action === "delete" || cid === null || bytes === null) return null;
  const [collection = "", rkey = ""] = path.split("/");
  try {
    // Its author may sign any bytes; what is no map opens nothing (named boundary).
    return { uri: `at://${repo}/${path}`, cid, repo, collection, rkey, record: lexToJson(decode(new Uint8Array(bytes))) as Record<string, unknown> };
  } catch (error) {
    if (error instanceof CborError) return null;
    throw error;
  }
}
