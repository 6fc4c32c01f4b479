import { type Account, left, mayDelegate, openAccount, promise, settle } from "@rookery/messaging";
import { datetimeOf } from "../deadline.ts";
import type { RequestFields } from "../options.ts";
import type { Order } from "./job.ts";
import { RefusedError } from "./refused-error.ts";

/** What a record says of a task that comes from another. */
export interface Terms {
  maxDelegationDepth: number;
  onBehalfOf: { uri: string; cid: string }[];
  hopCount: number;
  deadline?: string;
  budget?: NonNullable<RequestFields["budget"]>;
  priority?: number;
  capability?: string;
}

const earlier = (a: string | undefined, b: string | undefined): string | undefined => (a === undefined || (b !== undefined && Date.parse(b) < Date.parse(a)) ? b : a);

/** @throws RefusedError when the task may not be passed on to `to`. */
const delegated = ({ source }: Order, self: string, to: string): Pick<Terms, "maxDelegationDepth" | "onBehalfOf" | "hopCount"> => {
  const verdict = mayDelegate(source, self, to);
  if (!verdict.ok) throw new RefusedError(verdict.message, verdict.code);
  return verdict.value;
};

/** What is spent and promised of the budgets of tasks that are at work here. */
export class Budgets {
  readonly #accounts = new Map<string, Account>();

  /** What goes along with a task that is handed over whole: all that is left. @throws RefusedError */
  handOver(order: Order, self: string, to: string): Terms {
    const { deadline, priority, capability } = order.source.record;
    const rest = left(this.#accountOf(order));
    return {
      ...delegated(order, self, to),
      ...(deadline === undefined ? {} : { deadline }),
      ...(Object.keys(rest).length === 0 ? {} : { budget: rest }),
      ...(priority === undefined ? {} : { priority }),
      ...(capability === undefined ? {} : { capability }),
    };
  }

  /** What goes along with a part of a task, which is promised from now on under `name`: no later and no dearer. @throws RefusedError */
  promise(order: Order, name: string, self: string, to: string, { deadline, budget, priority }: Pick<RequestFields, "deadline" | "budget" | "priority">): Terms {
    const of = order.source.record;
    const terms = delegated(order, self, to);
    const promised = promise(this.#accountOf(order), name, budget);
    if (promised === undefined) throw new RefusedError("There is not so much left of the task's budget", "budget-exceeded");
    this.#accounts.set(order.uri, promised.account);
    const until = earlier(of.deadline, deadline === undefined ? undefined : datetimeOf(deadline));
    const urgency = priority ?? of.priority;
    return {
      ...terms,
      ...(until === undefined ? {} : { deadline: until }),
      ...(Object.keys(promised.budget).length === 0 ? {} : { budget: promised.budget }),
      ...(urgency === undefined ? {} : { priority: urgency }),
    };
  }

  /** A part is over. @param spent as its worker says; all that was promised when it says nothing. */
  settle({ uri }: Order, name: string, spent?: RequestFields["budget"]): void {
    const account = this.#accounts.get(uri);
    if (account !== undefined) this.#accounts.set(uri, settle(account, name, spent));
  }

  /** The task is over here. */
  close({ uri }: Order): void {
    this.#accounts.delete(uri);
  }

  #accountOf({ uri, source }: Order): Account {
    const known = this.#accounts.get(uri) ?? openAccount(source.record.budget);
    this.#accounts.set(uri, known);
    return known;
  }
}
