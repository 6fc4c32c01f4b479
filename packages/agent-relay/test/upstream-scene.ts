/** A stream, a few authors with hosts, and what became of what they wrote: for tests of upstreams. */
import { env as anyEnv } from "cloudflare:workers";
import { cidToString, type LexMap } from "@rookery/repo";
import type { CommitBody } from "@rookery/sync";
import { expect } from "vitest";
import { TestAgent } from "../../sync/test/agent.ts";
import type { UpstreamConfig } from "../src/upstream/upstream-api.ts";
import { until } from "./relay.ts";
import { worldOf, type TestUpstream, type World } from "./test-upstream.ts";
import type { Env } from "./worker.ts";

/** A named boundary: the bindings of test/wrangler.jsonc. */
export const env = anyEnv as unknown as Env;

export const URL_OF = "wss://stream.example.org/subscribe";
export const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
export const CAROL = "did:plc:cccccccccccccccccccccccc";
export const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

export interface Scene {
  world: World;
  /** Its object, anew whenever it was aborted. */
  upstream: () => DurableObjectStub<TestUpstream>;
}

let count = 0;

export async function scene(config: Partial<UpstreamConfig> = {}, limits: World["limits"] = {}): Promise<Scene> {
  const name = `upstream ${++count}`;
  const world = worldOf(name);
  world.local.add(BOB);
  world.limits = limits;
  const upstream = () => env.UPSTREAM.get(env.UPSTREAM.idFromName(name));
  expect(await upstream().configure({ kind: "jetstream", url: URL_OF, ...config })).toEqual({ ok: true, value: null });
  await until("it is connected", () => world.connected.length > 0);
  return { world, upstream };
}

/** An author with a host, known to the directory. */
export function author({ world }: Scene, i = 0, host = `pds${i}.example.org`): TestAgent {
  const agent = new TestAgent(`did:plc:${"a".repeat(22)}${alphabet[Math.floor(i / 32)]}${alphabet[i % 32]}`);
  world.agents.set(agent.did, { agent, host });
  return agent;
}

/** Streams tell of what happens now. */
let clock = Date.now() * 1_000;

/** Time of the next Jetstream message, in microseconds, and of the last. */
export const tick = (): number => ++clock;
export const lastTick = (): number => clock;

/** A Jetstream message about the last op of a commit; `lie` replaces fields of its `commit`. */
export function told(body: CommitBody, record: LexMap | undefined, lie: Record<string, unknown> = {}): string {
  const op = body.ops.at(-1);
  const [collection, rkey] = (op?.path ?? "").split("/");
  const cid = op === undefined || op.cid === null ? {} : { cid: cidToString(op.cid), record };
  return JSON.stringify({ did: body.repo, time_us: tick(), kind: "commit", commit: { rev: body.rev, operation: op?.action, collection, rkey, ...cid, ...lie } });
}

export const path = (rkey: string, collection = "message") => `agent.comms.${collection}/${rkey}`;
export const letter = (to: string[] | "all", text = "hello"): LexMap => ({ $type: "agent.comms.message", to, text });

/** Write a record and tell of it. */
export function send({ world }: Scene, agent: TestAgent, rkey: string, record: LexMap, lie: Record<string, unknown> = {}): void {
  world.outbox.push(told(agent.commit([{ action: "create", path: path(rkey), record }]), record, lie));
}

export const delivered = ({ world }: Scene) => world.delivered.map(({ author: did, hint }) => `${did.slice(-1)} ${hint.action} ${hint.path.split("/")[1]}`);
export const refused = async ({ upstream }: Scene) => (await upstream().status())?.refused;
export const settled = (s: Scene, what: string) => until(what, async () => s.world.outbox.length === 0 && (await s.upstream().status())?.waiting === 0);
/** Everything sent before was dealt with when this one arrived. */
export async function fence(s: Scene, i = 900): Promise<void> {
  const agent = author(s, i, `fence${i}.example.org`);
  send(s, agent, "fence", letter([BOB]));
  await until("the fence", () => s.world.delivered.some(({ author: did }) => did === agent.did));
  s.world.delivered.splice(s.world.delivered.findIndex(({ author: did }) => did === agent.did), 1);
}
