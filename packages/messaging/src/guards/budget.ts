import type { AgentCommsDefsBudget } from "@rookery/lexicon-agent-comms";

/** What may be spent, or was: tokens, milliseconds, millionths of a US dollar. An absent field of a limit sets none. */
export type Budget = AgentCommsDefsBudget;

const parts = ["tokens", "ms", "microUsd"] as const;

/**
 * What a task may spend, has spent, and has promised to sub-tasks. Plain data, to be stored as it is. What is left is never
 * negative, whatever the sub-tasks say they took.
 */
export interface Account {
  limit: Budget;
  spent: Budget;
  /** What sub-tasks in hand may spend, by their at-uri or any other name. */
  promised: Record<string, Budget>;
}

/** Sub-tasks in hand at a time: more than an agent can follow. */
export const MAX_PROMISES = 64;

/** An account with a limit, or without one. */
export const openAccount = (limit: Budget = {}): Account => ({ limit: clean(limit), spent: {}, promised: {} });

/** What is left to spend or to promise, where there is a limit. */
export function left({ limit, spent, promised }: Account): Budget {
  const taken = [spent, ...Object.values(promised)].reduce(sum, {});
  return each((part) => (limit[part] === undefined ? undefined : Math.max(0, limit[part] - (taken[part] ?? 0))));
}

/** Spend. What is over the limit counts as well: it was spent. */
export const spend = (account: Account, amount: Budget): Account => ({ ...account, spent: sum(account.spent, clean(amount)) });

/**
 * Promise a part to a sub-task: what it asks for, or all that is left of what it says nothing about. Undefined when there is not
 * enough of something, or the name is taken, or there are too many.
 */
export function promise(account: Account, name: string, asked: Budget = {}): { account: Account; budget: Budget } | undefined {
  const rest = left(account);
  if (Object.hasOwn(account.promised, name) || Object.keys(account.promised).length >= MAX_PROMISES) return undefined;
  const budget = each((part) => clean(asked)[part] ?? rest[part]);
  if (parts.some((part) => rest[part] !== undefined && (budget[part] ?? 0) > rest[part])) return undefined;
  if (parts.some((part) => rest[part] === 0)) return undefined;
  return { account: { ...account, promised: { ...account.promised, [name]: budget } }, budget };
}

/** A sub-task is over: what it says it spent counts, and the rest of its promise is free again. One that says nothing has spent all. */
export function settle(account: Account, name: string, spent?: Budget): Account {
  if (!Object.hasOwn(account.promised, name)) return account;
  const { [name]: budget, ...promised } = account.promised;
  return spend({ ...account, promised }, spent ?? budget ?? {});
}

/** Only whole amounts from nothing up to what a number holds exactly: whatever else a peer says is taken for the worst. */
const clean = (budget: Budget): Budget => each((part) => (budget[part] === undefined ? undefined : amount(budget[part])));

const amount = (value: number): number => (Number.isSafeInteger(value) && value >= 0 ? value : Number.MAX_SAFE_INTEGER);

const sum = (a: Budget, b: Budget): Budget =>
  each((part) => (a[part] === undefined && b[part] === undefined ? undefined : Math.min(Number.MAX_SAFE_INTEGER, (a[part] ?? 0) + (b[part] ?? 0))));

function each(value: (part: (typeof parts)[number]) => number | undefined): Budget {
  const budget: Budget = {};
  for (const part of parts) {
    const found = value(part);
    if (found !== undefined) budget[part] = found;
  }
  return budget;
}
