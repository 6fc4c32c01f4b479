/** A peer for one test: its object, its host, and accounts that live there. */
import { env as anyEnv } from "cloudflare:workers";
import { cidToString } from "@rookery/repo";
import {
  encodeAccountFrame, encodeCommitFrame, encodeIdentityFrame, encodeSyncFrame, sequenceFrame, type AccountStatus, type CommitBody, type FrameTemplate, type SyncBody,
} from "@rookery/sync";
import type { CarriedRow, PeerConfig, PeerStatus } from "../src/index.ts";
import type { PeerLimits } from "../src/peers/settings.ts";
import { TestAgent, TIME, type Change } from "../../sync/test/agent.ts";
import { did } from "./dids.ts";
import type { FakeHost, Sent } from "./fake-host.ts";
import { until } from "./relay.ts";
import { peerControlsOf, type PeerControls, type TestPeer } from "./test-peer.ts";
import type { Env } from "./worker.ts";

/** A named boundary: the bindings of test/wrangler.jsonc. */
const env = anyEnv as unknown as Env;

/** A write of one agent to another, or something that nobody keeps. */
export const message = (rkey: string): Change => ({ action: "create", path: `agent.comms.message/${rkey}`, record: { $type: "agent.comms.message", text: rkey } });
export const post = (rkey: string): Change => ({ action: "create", path: `app.bsky.feed.post/${rkey}`, record: { $type: "app.bsky.feed.post", text: rkey } });

export class PeerUnderTest {
  readonly host: string;
  readonly controls: PeerControls;
  #seq = 0;

  constructor(test: string, limits: Partial<PeerLimits> = {}) {
    this.host = `${test}.host.org`;
    this.controls = peerControlsOf(this.host);
    this.controls.limits = { resync: { ...FAST_RESYNC }, reconnect: { firstMs: 5, maxMs: 20 }, ...limits };
  }

  get stub(): DurableObjectStub<TestPeer> {
    return env.PEER.get(env.PEER.idFromName(this.host));
  }

  get server(): DurableObjectStub<FakeHost> {
    return env.HOST.get(env.HOST.idFromName(this.host));
  }

  /** Highest seq that the host has given. */
  get seq(): number {
    return this.#seq;
  }

  set seq(seq: number) {
    this.#seq = seq;
  }

  get config(): PeerConfig {
    return { host: this.host, origin: `https://${this.host}`, collections: ["agent.*"], carry: true, deliver: true };
  }

  async listen(config: Partial<PeerConfig> = {}): Promise<void> {
    const done = await this.stub.configure({ ...this.config, ...config });
    if (!done.ok) throw new Error(done.error.message);
  }

  /** Account `i` (2 to 7: a did:plc has no other digits), which lives here as the directory says. */
  agent(i: number, options: { host?: string; key?: string; curve?: "P-256" | "secp256k1" } = {}): TestAgent {
    const agent = new TestAgent(did(i), undefined, options.curve);
    this.documented(agent, options);
    return agent;
  }

  documented(agent: TestAgent, { host = this.host, key = agent.didKey }: { host?: string; key?: string } = {}): void {
    this.controls.documents.set(agent.did, documentOf(agent.did, host, key));
  }

  /** Frames with the host's next seqs. */
  sequenced(templates: FrameTemplate[]): Sent[] {
    return templates.map(({ frame, seqAt }) => ({ seq: ++this.#seq, data: sequenceFrame(frame, seqAt, this.#seq) }));
  }

  async send(...templates: FrameTemplate[]): Promise<void> {
    await this.server.send(this.sequenced(templates));
  }

  /** The account's repository as the host gives it now. */
  async publish(agent: TestAgent, body: Uint8Array = agent.archive()): Promise<void> {
    const { cid, rev } = agent.latest;
    await this.server.answer(`getRepo?did=${encodeURIComponent(agent.did)}`, { status: 200, body, piece: 1000 });
    await this.server.answer(`getLatestCommit?did=${encodeURIComponent(agent.did)}`, { status: 200, body: JSON.stringify({ cid: cidToString(cid), rev }) });
  }

  async status(): Promise<PeerStatus> {
    const status = await this.stub.status();
    if (status === undefined) throw new Error("not configured");
    return status;
  }

  /** Wait until everything that the host has sent was dealt with. */
  async dealt(seq = this.#seq): Promise<PeerStatus> {
    await until(`cursor ${seq} of ${this.host}`, async () => (await this.status()).cursor >= seq);
    return this.status();
  }

  /** Wait for refusals; gives all counters. */
  async refused(code: string, count = 1): Promise<Record<string, number>> {
    await until(`${count} ${code} at ${this.host}`, async () => ((await this.status()).refused[code] ?? 0) >= count);
    return (await this.status()).refused;
  }

  /** Rows that were passed on. */
  get rows(): CarriedRow[] {
    return this.controls.batches.flatMap(({ rows }) => rows);
  }

  /** They in short: kind, account, rev or status. */
  get told(): string[] {
    return this.rows.map(({ kind, did: subject, rev, active, status }) => `${kind} ${subject.slice(-1)} ${rev ?? (active === undefined ? "" : active ? "active" : (status ?? "inactive"))}`.trim());
  }
}

/** As in production, without its patience. */
const FAST_RESYNC = { retry: { firstMs: 5, maxMs: 20 }, gapMs: 1, timeoutMs: 2_000, maxBytes: 5_000_000, maxKeptBytes: 1_000_000, suspicionMs: 10, missedTries: 1_000 };

/** A DID document as a PLC directory gives it. */
export const documentOf = (subject: string, host: string, didKey: string) => ({
  id: subject,
  verificationMethod: [{ id: `${subject}#atproto`, type: "Multikey", controller: subject, publicKeyMultibase: didKey.slice("did:key:".length) }],
  service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: `https://${host}` }],
});

export const commitOf = (body: CommitBody): FrameTemplate => encodeCommitFrame(body);
export const syncOf = (body: SyncBody): FrameTemplate => encodeSyncFrame(body);
export const identityOf = (agent: TestAgent, handle?: string): FrameTemplate => encodeIdentityFrame({ did: agent.did, time: TIME, ...(handle === undefined ? {} : { handle }) });
export const accountOf = (agent: TestAgent, status?: AccountStatus): FrameTemplate => encodeAccountFrame({ did: agent.did, time: TIME, active: status === undefined, ...(status === undefined ? {} : { status }) });

/** A host with one account that was followed to its first message. */
export async function followed(test: string, changes = [message("a")]) {
  const peer = new PeerUnderTest(test);
  const agent = peer.agent(2);
  await peer.send(commitOf(agent.commit(changes)));
  await peer.listen();
  await peer.dealt();
  return { peer, agent };
}

/** Nothing waits to be mended any more. */
export const inSync = (peer: PeerUnderTest) => until("in sync", async () => (await peer.status()).desynchronized === 0);
/** How often a repository was asked for. */
export const fetches = async (peer: PeerUnderTest) => (await peer.server.asked()).filter((path) => path.startsWith("getRepo?")).length;
