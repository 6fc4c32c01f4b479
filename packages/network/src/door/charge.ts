import { type Caller, type Host, fault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { RateLimiter, type RateRule, type RateState } from "./rate.ts";

/** Counters of this isolate. */
const limiter = new RateLimiter();

/** Longest name of a login that is told apart; longer ones are nobody's. */
const MAX_LOGIN = 256;

/** Count a request under its address's limits, before anything else is done for it. The tightest is told; undefined when there is none. */
export const chargeAddress = (rules: RateRule[], ip: string): RateState | undefined =>
  tightestOf(rules.filter(({ by = "address" }) => by === "address").map((rule) => limiter.take(rule, ip)));

/** Who asks, and what for, once both are known. */
interface Asked {
  caller: Caller;
  input: unknown;
  ip: string;
  host: Host;
}

/** Count it under the limits of who it is about: the account's own, or those of logging in under a name from an address. */
export const chargeCaller = async (rules: RateRule[], { caller, input, ip, host }: Asked): Promise<RateState | undefined> => {
  const logins = rules.filter(({ by }) => by === "login").map((rule) => limiter.take(rule, `${loginOf(input)} ${ip}`));
  const own = rules.filter(({ by }) => by === "account");
  if (own.length === 0 || caller.kind !== "agent" || (await host.find(caller.did)) === undefined) return tightestOf(logins);
  const spent = await host.agent(caller.did).spendRates({ rates: own.map(({ name, points, windowMs }) => ({ name, points, windowMs })) });
  return tightestOf(spent.ok ? [...logins, spent.value] : logins);
};

/** The answer to what a limit does not hold. */
export const exceededBy = (rate: RateState | undefined): XrpcFault | undefined =>
  rate?.exceeded ? { ...fault(429, "RateLimitExceeded", "Rate Limit Exceeded"), rate } : undefined;

const loginOf = (input: unknown): string => {
  const identifier = typeof input === "object" && input !== null && "identifier" in input ? input.identifier : undefined;
  return typeof identifier === "string" ? identifier.slice(0, MAX_LOGIN) : "";
};

const tightestOf = (states: RateState[]): RateState | undefined => {
  let tightest: RateState | undefined;
  for (const state of states)
    if (tightest === undefined || state.exceeded || (!tightest.exceeded && state.remaining < tightest.remaining)) tightest = state;
  return tightest;
};
