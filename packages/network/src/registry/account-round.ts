import type { XrpcFault } from "@rookery/sync";

/** Accounts read from the registry at a time. */
const PAGE = 100;
/** Failures that are told; there are as many as accounts when something is wrong with all. */
const MAX_TOLD = 20;

/** Work to be done for every account that still needs it: what it did is to be seen in the registry, so that it may end anywhere. */
export interface AccountWork<Row> {
  /** Accounts that still need it, by DID, from the one behind `after` on. */
  page: (after: string, limit: number) => Promise<Row[]>;
  /** Do it for one. Undefined when that went well: whatever is wrong with one account keeps none of the others. */
  one: (account: Row) => Promise<XrpcFault | undefined>;
  /** Accounts that are worked on side by side. */
  width: number;
  /** Whether the time for this round is used up. */
  isOver: () => boolean;
}

/** What came of a round. */
export interface AccountRound {
  /** Accounts done in this round. */
  done: number;
  /** Accounts that would not, and why. */
  failed: { did: string; name: string; message: string }[];
}

/** Once through all accounts that need it, or until the time is up. */
export const goThroughAccounts = async <Row extends { did: string }>({ page, one, width, isOver }: AccountWork<Row>): Promise<AccountRound> => {
  const failed: AccountRound["failed"] = [];
  let done = 0;
  for (let after = ""; !isOver(); ) {
    const rows = await page(after, PAGE);
    for (let at = 0; at < rows.length && !isOver(); at += width) {
      const group = rows.slice(at, at + width);
      const faults = await Promise.all(group.map((row) => one(row)));
      for (const [i, error] of faults.entries()) {
        if (error === undefined) done++;
        else if (failed.length < MAX_TOLD) failed.push({ did: group[i]?.did ?? "", name: error.name, message: error.message });
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = last.did;
  }
  return { done, failed };
};
