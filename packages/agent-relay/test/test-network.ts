/** The network's relay as tests run it, following the TestRelay of the same name. */
import { DEFAULT_LIMITS, NetworkRelayObject, type AgentWaker, type ListingRule, type NetworkFaultPoint, type NetworkPorts, type RelayLimits, type RelayObject } from "../src/index.ts";
import { fail, ok, type AccountStatus } from "@rookery/sync";
import { standingOf, wakesOf } from "./colony.ts";
import { controlsOf } from "./controls.ts";
import { listingRule } from "./listing.ts";

interface Env {
  RELAY: DurableObjectNamespace<RelayObject>;
}

/** What a test sees and moves of a network's relay. */
export interface NetworkControls {
  faultAt: NetworkFaultPoint | undefined;
  /** Calls to the colony's relay. */
  reads: number;
  /** How many of them asked for accounts, as a comparison does. */
  lists: number;
  /** The colony's relay does not answer. */
  colonyIsDown: boolean;
  /** Accounts whose own object does not answer. */
  silent: Set<string>;
  /** Accounts that are no more. */
  gone: Set<string>;
  /** Accounts that say of themselves that they are not active. */
  inactive: Map<string, AccountStatus>;
}

const all = new Map<string, NetworkControls>();

export function networkControlsOf(name: string): NetworkControls {
  const found = all.get(name) ?? { faultAt: undefined, reads: 0, lists: 0, colonyIsDown: false, silent: new Set<string>(), gone: new Set<string>(), inactive: new Map<string, AccountStatus>() };
  all.set(name, found);
  return found;
}

export class TestNetwork extends NetworkRelayObject<Env> {
  protected override limits(): RelayLimits {
    return DEFAULT_LIMITS;
  }

  protected override seqFloor(): number {
    return 0;
  }

  protected override now(): number {
    return Date.now() + controlsOf(this.ctx.id.name ?? "").clockAhead;
  }

  protected override waker(): AgentWaker {
    return {
      wake: async (did, seq) => {
        wakesOf(this.ctx.id.name ?? "").push({ did, seq });
      },
    };
  }

  protected override listing(): ListingRule {
    return listingRule;
  }

  protected override fault(point: NetworkFaultPoint): void {
    const controls = networkControlsOf(this.ctx.id.name ?? "");
    if (controls.faultAt !== point) return;
    controls.faultAt = undefined;
    throw new Error(`injected: ${point}`);
  }

  protected override ports(): NetworkPorts {
    const name = this.ctx.id.name ?? "";
    const controls = networkControlsOf(name);
    const colony = () => {
      controls.reads++;
      if (controls.colonyIsDown) throw new Error("the colony is down");
      return this.env.RELAY.get(this.env.RELAY.idFromName(name));
    };
    return {
      colony: { readLog: async (input) => colony().readLog(input), listRepos: async (input) => (controls.lists++, colony().listRepos(input)) },
      standing: async (did) => {
        if (controls.gone.has(did)) return fail(400, "RepoNotFound", "gone");
        if (controls.silent.has(did)) return fail(503, "NotReady", "asleep");
        const status = controls.inactive.get(did);
        return ok(status === undefined ? standingOf(name, did) : { active: false, status });
      },
    };
  }
}
