import { ADVISE_FROM_ACCOUNTS, NEW_HOST_LIMITS } from "./limits.ts";

/**
 * What an admin should do about the limits that relays put on a host that is new to them. The numbers are those of the stock
 * relay; an operator may have set others, and only they can raise them.
 */
export function adviceOn({ hostname, activeAccounts, crawlers }: { hostname: string; activeAccounts: number; crawlers: readonly string[] }): string[] {
  if (crawlers.length === 0 || activeAccounts <= ADVISE_FROM_ACCOUNTS) return [];
  const { accounts, eventsPerSecond, eventsPerHour, eventsPerDay } = NEW_HOST_LIMITS;
  const relays = crawlers.map((origin) => new URL(origin).host).join(", ");
  const count =
    activeAccounts > accounts
      ? `${hostname} has ${activeAccounts} active accounts, and a relay that has not raised its limit passes on the events of ${accounts} of them only`
      : `${hostname} has ${activeAccounts} active accounts, and a relay takes ${accounts} from a host that is new to it`;
  return [
    `${count}: ask the operator of each relay (${relays}) to raise the account limit of ${hostname} to more than its agents will be.`,
    `The same relays slow a new host down to about ${eventsPerSecond} events a second, ${eventsPerHour} an hour and ${eventsPerDay} a day; raising the account limit raises these too.`,
  ];
}
