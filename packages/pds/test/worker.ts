import { AgentObject } from "../src/agent-object.ts";
import { ok } from "@rookery/sync";
import type { DirectoryPort } from "../src/identity/directory-port.ts";
import type { AgentPorts, RecordsPort, RegistryPort, StandingCopy } from "../src/ports.ts";
import type { Policy } from "../src/reach/reach-api.ts";
import type { AgentState } from "../src/state.ts";
import { MemoryRelay } from "./relay.ts";

/** Others of whom nothing is known. */
const nobody: RecordsPort = { keysOf: async () => [], prove: async () => undefined, proof: async () => undefined };

/** Tests put a directory in its place. */
const plain: typeof fetch = (input, init) => fetch(input, init);

/** What the tests' agents are given of the world; tests change it as they need. */
export const world = {
  relay: new MemoryRelay(),
  /** The relay of everybody elsewhere. */
  network: new MemoryRelay(),
  /** Others' repositories. */
  records: nobody,
  masterKey: new Uint8Array(32).fill(7),
  rateLimits: false,
  registry: { noteStanding: async (copy) => void world.told.push(copy), holdEmail: async () => ok(null), noteReset: async () => undefined } as RegistryPort,
  /** Directories that know what the agents do. */
  directory: { look: async () => ok("there"), post: async () => ok(null), keepSigningKey: async () => undefined } as DirectoryPort,
  /** What agents told the registry of how they stand. */
  told: [] as StandingCopy[],
  deleted: [] as string[],
  plcUrl: "http://plc.test",
  /** The way to strangers' addresses. */
  outside: plain,
  /** What the colony says of who reaches its agents. */
  inboxPolicy: {} as Policy,
};

/** An alarm that rang by itself is set for later than any test lasts. */
const LATER = 24 * 60 * 60 * 1000;

export class TestAgent extends AgentObject<unknown> {
  /** Only tests ring: by the clock, what is due would be done sooner or later than they expect, as fast as the machine is. */
  override async alarm(byClock?: AlarmInvocationInfo): Promise<void> {
    if (byClock === undefined) await super.alarm();
    else await this.ctx.storage.setAlarm(Date.now() + LATER);
  }

  /** What no other object may ask: the awake agent itself. */
  async inside<T>(work: (state: AgentState) => Promise<T>): Promise<T> {
    let answer: { of: T } | undefined;
    await this.with(async (state) => {
      answer = { of: await work(state) };
      return ok(null);
    });
    if (answer === undefined) throw new Error("there is no agent here");
    return answer.of;
  }

  protected override ports(): AgentPorts {
    return {
      relay: world.relay,
      directory: {
        look: (did, change) => world.directory.look(did, change),
        post: (did, change) => world.directory.post(did, change),
        keepSigningKey: (did, wrapped) => world.directory.keepSigningKey(did, wrapped),
      },
      registry: { noteStanding: (copy) => world.registry.noteStanding(copy), holdEmail: (did, email) => world.registry.holdEmail(did, email), noteReset: (did, hash) => world.registry.noteReset(did, hash) },
      sources: { colony: world.relay, network: world.network },
      records: world.records,
      masterKey: world.masterKey,
      plcUrl: world.plcUrl,
      outside: (input, init) => world.outside(input, init),
      origin: "http://localhost:3000",
      rateLimits: world.rateLimits,
      inboxPolicy: world.inboxPolicy,
      deleteBlobs: async (keys) => void world.deleted.push(...keys),
    };
  }
}

export default { fetch: () => new Response("no pages here", { status: 404 }) } satisfies ExportedHandler;
