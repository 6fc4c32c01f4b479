/**
 * What closes a hole in the colony's log: every own account is compared with where it stands now. Those that have moved on get
 * a `#sync`, which tells consumers to fetch the repository, with the handle before it; those whose state changed an `#account`.
 */
import { encodeAccountFrame, encodeIdentityFrame, encodeSyncFrame, fail, type AccountStatus, type FrameTemplate, type Outcome } from "@rookery/sync";
import type { RelayApi, RepoRow } from "../relay-api.ts";
import type { Repo } from "../repos.ts";
import { COMPARE_PAGE } from "../settings.ts";
import type { AccountStanding, CarriedRow, NetworkPorts } from "./network-api.ts";

/** What a comparison needs of the object it runs in. */
export interface ComparisonContext extends NetworkPorts {
  find: (did: string) => Repo | undefined;
  /** DIDs of own accounts that have a repository and are not deleted, as far as is known here. */
  ownAccounts: () => string[];
  now: () => number;
  /** Put events into the log that no outbox made. */
  state: (did: string, rows: CarriedRow[]) => void;
}

/**
 * Compare all accounts: the colony's list tells who may have moved on, and each of those is asked itself, since that list may come
 * from a backup too. Safe to repeat: what was said already is not said again.
 * @returns how many accounts could not be asked. @throws Error when the colony's relay cannot.
 */
export async function compareAccounts(context: ComparisonContext): Promise<number> {
  const listed = new Set<string>();
  let failed = 0;
  for await (const row of accountsOf(context.colony)) {
    listed.add(row.did);
    if (differs(context.find(row.did), row) && !(await compare(context, row.did))) failed++;
  }
  // Deleted meanwhile; but a colony that went back to a backup may have forgotten accounts that there are.
  for (const did of context.ownAccounts().filter((one) => !listed.has(one))) if (!(await compare(context, did))) failed++;
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

const differs = (known: Repo | undefined, { head, active, status }: RepoRow): boolean =>
  known === undefined || known.active !== active || known.status !== (status ?? null) || (active && known.head !== head);

/** Ask an account where it stands, and say what leads there; false when it cannot be asked. */
async function compare(context: ComparisonContext, did: string): Promise<boolean> {
  const standing = await context.standing(did).catch(failure);
  if (!standing.ok && standing.error.status >= 500) {
    console.error({ event: "network.comparison_failed", did, error: standing.error.message });
    return false;
  }
  const rows = stepsTo(context.find(did), did, standing.ok ? standing.value : { active: false, status: "deleted" }, new Date(context.now()).toISOString());
  if (rows.length > 0) context.state(did, rows);
  return true;
}

/** Events that lead from what was said of an account to where it stands. */
function stepsTo(known: Repo | undefined, did: string, standing: AccountStanding, time: string): CarriedRow[] {
  if (!standing.active) {
    const { status } = standing;
    // One that was never heard of and does not take part yet may have just come from elsewhere: nothing is to be said of it.
    const isSaid = known === undefined ? status === "deleted" || status === "deactivated" : !known.active && known.status === status;
    return isSaid ? [] : [accountRow(did, time, { active: false, status })];
  }
  const rows = known?.active === true ? [] : [accountRow(did, time, { active: true })];
  if (known?.head === standing.head) return rows;
  const { handle, commitCar, head, rev } = standing;
  rows.push(stated(did, "identity", time, encodeIdentityFrame({ did, time, handle })));
  rows.push(stated(did, "sync", time, encodeSyncFrame({ did, time, rev, blocks: commitCar }), { head, rev }));
  return rows;
}

const failure = (error: unknown): Outcome<AccountStanding> => fail(503, "NotReady", String(error));

function accountRow(did: string, time: string, state: { active: boolean; status?: AccountStatus }): CarriedRow {
  return stated(did, "account", time, encodeAccountFrame({ did, time, ...state }), state);
}

/** The position is the caller's to fill in: such an event has none of its own. */
function stated(did: string, kind: CarriedRow["kind"], time: string, template: FrameTemplate, more: Partial<CarriedRow> = {}): CarriedRow {
  return { did, epoch: 0, n: 0, kind, time, ...template, carry: true, ...more };
}
