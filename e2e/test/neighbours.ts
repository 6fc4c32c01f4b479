import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ColonyAgent, type Incoming, memoryKeyStore } from "@rookery/sdk";
import { startPlc } from "../../scripts/lib/plc.mjs";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { ADMIN_KEY, Colony } from "../crash/colony.ts";
import type { Login } from "./people.ts";
import { until } from "./until.ts";
import { type Answer, type Failure, ask } from "./xrpc.ts";
import { patience } from "../../scripts/testing/patience.mjs";

/** A colony beside others, that share one PLC directory and nothing else. */
export interface Neighbour {
  name: string;
  colony: Colony;
  origin: string;
  /** Origin of its relay view. */
  relay: string;
  did: string;
  /** Host name of its origin, with the port. */
  host: string;
}

/** Colonies side by side on this machine. */
export interface Neighbourhood {
  plcUrl: string;
  colonies: Neighbour[];
  stop(): Promise<void>;
}

/** How long a test waits for a message from one colony to another, in ms. */
export const CROSSES_WITHIN = patience.expect.poll.timeout;

/**
 * @param levels level of each colony; they are called a, b, c and give out handles under .a.test, .b.test, .c.test.
 * @param more options of `npm run colony` for each. @param upkeepMs as of {@link Colony.at}.
 */
export const startNeighbours = async (levels: string[], more: string[] = [], upkeepMs?: number): Promise<Neighbourhood> => {
  const folder = mkdtempSync(join(tmpdir(), "rookery-neighbours-"));
  const plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  const colonies: Neighbour[] = [];
  const stop = async () => {
    for (const { colony } of colonies) await colony.kill();
    await plc.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const [i, level] of levels.entries()) {
      const name = "abc"[i] ?? "";
      const relayPort = String(await anyFreePort());
      const colony = await Colony.at(join(folder, name), plc.url, ["--peering", level, "--handle-domain", `.${name}.test`, "--relay-port", relayPort, ...more], upkeepMs);
      const { host } = new URL(colony.origin);
      colonies.push({ name, colony, origin: colony.origin, relay: `http://localhost:${relayPort}`, did: `did:web:${encodeURIComponent(host)}`, host });
      await colony.start();
    }
    return { plcUrl: plc.url, colonies, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

type Body = Record<string, unknown>;

/** A peer as the admin's list shows it. */
export interface ListedPeer {
  name: string;
  state: string;
  reason?: string;
  live?: { state: string; cursor: number; accepted?: number; refused: Record<string, number>; lastError?: string; desynchronized?: number };
}

/** POST /admin/federation/peers */
export const addPeer = (at: Neighbour, body: Body): Promise<Answer<{ peer: ListedPeer } & Failure>> =>
  ask("/admin/federation/peers", { origin: at.origin, token: ADMIN_KEY, body });

/** DELETE /admin/federation/peers */
export const removePeer = (at: Neighbour, peer: string): Promise<Answer<{ removed: boolean; told?: boolean }>> =>
  ask("/admin/federation/peers", { origin: at.origin, token: ADMIN_KEY, method: "DELETE", params: { peer } });

/** POST /admin/federation/policy */
export const setPolicy = async (at: Neighbour, body: Body): Promise<void> => {
  const { status, json } = await ask("/admin/federation/policy", { origin: at.origin, token: ADMIN_KEY, body });
  if (status !== 200) throw new Error(`/admin/federation/policy answers ${status}: ${JSON.stringify(json)}`);
};

/** One peer in the admin's list. */
export const peerOf = async (at: Neighbour, peer: Neighbour): Promise<ListedPeer | undefined> => {
  const { json } = await ask<{ peers: ListedPeer[] }>("/admin/federation/peers", { origin: at.origin, token: ADMIN_KEY });
  return json.peers.find(({ name }) => name === peer.host);
};

/** Both listen to each other. */
export const untilLive = async (a: Neighbour, b: Neighbour): Promise<void> => {
  for (const [at, peer] of [[a, b], [b, a]] as const) {
    let last: ListedPeer | undefined;
    await until(async () => (last = await peerOf(at, peer))?.live?.state === "live", `${at.name} is live at ${peer.name}`, CROSSES_WITHIN).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is ${JSON.stringify(last)}`);
    });
  }
};

/** An agent at work on a colony, with everything that reached it. */
export interface Resident {
  login: Login;
  agent: ColonyAgent;
  got: Incoming[];
}

/** Provision an agent and let it listen. @param sealing whether it has encryption keys of its own; otherwise it speaks in public. */
export const settleIn = async ({ plcUrl }: Neighbourhood, at: Neighbour, name: string, sealing = false): Promise<Resident> => {
  const { status, json } = await ask<Login>("/agents/create", { origin: at.origin, token: ADMIN_KEY, body: { name, keys: sealing ? "self" : "hosted" } });
  if (status !== 200) throw new Error(`/agents/create answers ${status}: ${JSON.stringify(json)}`);
  const agent = await connect({ service: at.origin, identifier: json.handle, password: json.password, plcUrl, inbox: { onError: () => undefined }, ...(sealing ? { sealing: { store: memoryKeyStore() } } : { privacy: "public" as const }) });
  const resident: Resident = { login: json, agent, got: [] };
  agent.onMessage((incoming) => void resident.got.push(incoming));
  return resident;
};

/** What came to somebody under an at-uri. */
export const under = ({ got }: Resident, uri: string): Incoming[] => got.filter((incoming) => incoming.uri === uri);

/** Wait for a message to arrive. */
export const untilGot = (who: Resident, uri: string, within = CROSSES_WITHIN): Promise<void> => until(() => under(who, uri).length > 0, `${who.login.handle} gets ${uri}`, within);
