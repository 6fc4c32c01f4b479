import type { AgentPorts } from "../ports.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Vault } from "../vault/vault.ts";
import { Decisions } from "./decisions.ts";
import { PolicyStore } from "./policy-store.ts";
import { Quarantine } from "./quarantine.ts";
import { Tally } from "./tally.ts";
import { Trust } from "./trust.ts";

/** Who reaches the agent. */
export interface Reach {
  readonly policy: PolicyStore;
  readonly trust: Trust;
  readonly quarantine: Quarantine;
  readonly decisions: Decisions;
  readonly tally: Tally;
}

/** The rooms behind an agent's front door. Nothing is read before the first message or question. */
export function openReach(storage: DurableObjectStorage, scheduler: Scheduler, vault: Vault, ports: AgentPorts): Reach {
  const { sql } = storage;
  const tally = new Tally(sql);
  const policy = new PolicyStore(vault, ports.inboxPolicy ?? {});
  const quarantine = new Quarantine(sql, tally);
  const trust = new Trust({ sql, policy, quarantine, tally, quarantined: (at) => scheduler.ensure("quarantine", at) });
  return { policy, trust, quarantine, tally, decisions: new Decisions({ storage, policy, quarantine }) };
}
