import type { RelayApi } from "@rookery/agent-relay";
import type { AdoptedAccount, AgentApi, CreatedAccount, NewAccount } from "@rookery/pds";
import type { Outcome } from "@rookery/sync";
import type { Config } from "../config.ts";
import type { ReservedKeys } from "../identity/reserved-keys.ts";
import type { ColonySecrets } from "../master-key/colony-secrets.ts";
import type { Registry } from "../registry/registry.ts";
import { adoptAccount } from "./adopt.ts";
import { createAccounts } from "./create-many.ts";
import { createAccount } from "./create.ts";
import { type Destroyed, type Destruction, destroyAccount } from "./destroy.ts";
import { PlcClient } from "./plc-client.ts";
import { sweep } from "./sweep.ts";

/** What provisioning works with. */
export interface Workshop {
  config: Config;
  secrets: Pick<ColonySecrets, "idempotency">;
  registry: Registry;
  blobs: R2Bucket;
  plc: PlcClient;
  /** Hears of several new agents at once. */
  relay: Pick<RelayApi, "ingestMany">;
  agent: (did: string) => AgentApi;
  /** Signing keys that were asked for before their account. */
  reserved: Pick<ReservedKeys, "find" | "clear">;
  /** DID of a handle that is given out elsewhere. */
  resolveHandle: (handle: string) => Promise<string | undefined>;
}

/** Bringing agents into being and to an end; each step can be killed and taken up again. */
export class Provisioning {
  readonly #workshop: Workshop;

  constructor(parts: Omit<Workshop, "plc">) {
    this.#workshop = { ...parts, plc: new PlcClient(parts.config.plcUrl) };
  }

  get registry(): Registry {
    return this.#workshop.registry;
  }

  create(account: NewAccount): Promise<Outcome<CreatedAccount>> {
    return createAccount(this.#workshop, account);
  }

  /** Several at once; see createAccounts. */
  createMany(accounts: readonly NewAccount[]): Promise<Outcome<CreatedAccount>[]> {
    return createAccounts(this.#workshop, accounts);
  }

  /** Take in an account that exists elsewhere. */
  adopt(account: AdoptedAccount): Promise<Outcome<CreatedAccount>> {
    return adoptAccount(this.#workshop, account);
  }

  destroy(what: Destruction): Promise<Outcome<Destroyed>> {
    return destroyAccount(this.#workshop, what);
  }

  /** Finish or abandon what a crash left behind. Called every minute. */
  sweep(): Promise<void> {
    return sweep(this.#workshop);
  }
}
