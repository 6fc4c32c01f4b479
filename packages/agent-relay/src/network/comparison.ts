/**
 * What closes a hole in the colony's log: every own account is compared with where it stands now. Those that have moved on get
 * a `#sync`, which tells consumers to fetch the repository, with the handle before it; those whose state changed an `#account`.
 */
import { encodeAccountFrame, encodeIdentityFrame, encodeSyncFrame, fail, type AccountStatus, type FrameTemplate, type Outcome } from "@rookery/sync";
import type { RelayApi, RepoRow } from "../relay-api.ts";
import type { Repo } from "../repos.ts";
import { COMPARE_PAGE } from "../settings.ts";
import type { AccountStanding, CarriedRow, NetworkPorts } from "./network-api.ts";

export interface ComparisonContext extends NetworkPorts {
  find: (did: string) => Repo | undefined;
  /** DIDs of own accounts that have a repository and are not deleted, as far as is known here. */
  ownAccounts: () => string[];
  now: () => number;
  /** Put events into the log that no outbox made. */
  state: (did: string, rows: CarriedRow[]) => void;
}

const STATUSES: readonly AccountStatus[] = ["takendown", "suspended", "deactivated", "deleted"];

/**
 * Compare all accounts. Safe to repeat: what was said already is not said again.
 * @returns how many accounts could not be asked. @throws Error when the colony's relay cannot.
 */
export async function compareAccounts(context: ComparisonContext): Promise<number> {
  const listed = new Set<string>();
  let failed = 0;
  for await (const row of accountsOf(context.colony)) {
    listed.add(row.did);
    const rows = await stepsTo(context, row);
    if (rows === undefined) failed++;
    else if (rows.length > 0) context.state(row.did, rows);
  }
  // Deleted meanwhile; but a colony that went back to a backup may have forgotten accounts that there are.
  for (const did of context.ownAccounts().filter((one) => !listed.has(one))) {
    const standing = await context.standing(did).catch(failure);
    if (!standing.ok && standing.error.status >= 500) failed++;
    else if (!standing.ok) context.state(did, [accountRow(did, timeOf(context), false, "deleted")]);
  }
  return failed;
}

async function* accountsOf(colony: Pick<RelayApi, "listRepos">): AsyncGenerator<RepoRow> {
  let cursor: string | undefined;
  do {
    const page = await colony.listRepos({ limit: COMPARE_PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw new Error(`the colony's relay does not list its accounts: ${page.error.message}`);
    yield* page.value.repos;
    ({ cursor } = page.value);
  } while (cursor !== undefined);
}

/** Events that lead from what was said of an account to where it stands; undefined when it cannot be asked. */
async function stepsTo(context: ComparisonContext, { did, head, active, status }: RepoRow): Promise<CarriedRow[] | undefined> {
  const known = context.find(did);
  const time = timeOf(context);
  const rows: CarriedRow[] = [];
  if (known === undefined || known.active !== active || known.status !== (status ?? null)) {
    rows.push(accountRow(did, time, active, STATUSES.find((one) => one === status)));
  }
  if (!active || known?.head === head) return rows;
  const standing = await context.standing(did).catch(failure);
  if (!standing.ok) {
    console.error({ event: "network.comparison_failed", did, error: standing.error.message });
    return undefined;
  }
  const { handle, commitCar, ...at } = standing.value;
  rows.push(stated(did, "identity", time, encodeIdentityFrame({ did, time, handle })));
  rows.push(stated(did, "sync", time, encodeSyncFrame({ did, time, rev: at.rev, blocks: commitCar }), at));
  return rows;
}

const failure = (error: unknown): Outcome<AccountStanding> => fail(503, "NotReady", String(error));

const timeOf = ({ now }: ComparisonContext): string => new Date(now()).toISOString();

function accountRow(did: string, time: string, active: boolean, status: AccountStatus | undefined): CarriedRow {
  const state = { active, ...(status === undefined ? {} : { status }) };
  return stated(did, "account", time, encodeAccountFrame({ did, time, ...state }), state);
}

/** The position is the caller's to fill in: such an event has none of its own. */
function stated(did: string, kind: CarriedRow["kind"], time: string, template: FrameTemplate, more: Partial<CarriedRow> = {}): CarriedRow {
  return { did, epoch: 0, n: 0, kind, time, ...template, carry: true, ...more };
}
