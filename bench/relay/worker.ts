/**
 * The colony's relay alone, beside two objects that show what the platform costs: `Bare` sends what it is given to every
 * socket and does nothing else; `Floor` writes it down first, one row per event, as whoever wants to replay must. All three
 * are fed by the same RPC with the same frames, in one workerd.
 */
import { DurableObject } from "cloudflare:workers";
import { DEFAULT_LIMITS, RelayObject, type AgentWaker, type RelayLimits } from "../../packages/agent-relay/src/index.ts";
import { encodeCommitFrame, type OutboxRow } from "../../packages/sync/src/index.ts";
import { TestAgent } from "../../packages/sync/test/agent.ts";

interface Env {
  RELAY: DurableObjectNamespace<Relay>;
  BARE: DurableObjectNamespace<Bare>;
  FLOOR: DurableObjectNamespace<Floor>;
}

/** A log of a million events stays whole. */
const LIMITS: RelayLimits = { ...DEFAULT_LIMITS, maxBytes: 64_000_000_000 };

export class Relay extends RelayObject<Env> {
  protected override limits(): RelayLimits {
    return LIMITS;
  }

  protected override waker(): AgentWaker {
    return { wake: async () => undefined };
  }
}

/** A bare send loop. */
export class Bare extends DurableObject<Env> {
  async ingest(rows: OutboxRow[]): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) for (const { frame } of rows) socket.send(frame);
  }

  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
}

/** One row per event, and then the bare loop. */
export class Floor extends Bare {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, frame BLOB NOT NULL) STRICT");
  }

  override async ingest(rows: OutboxRow[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const { frame } of rows) this.ctx.storage.sql.exec("INSERT INTO log (at, frame) VALUES (?, ?)", Date.now(), frame);
    });
    await super.ingest(rows);
  }
}

/** What a create in a repository of about 1,000 records says: 4 KB, with its proof. */
const TEMPLATES = 64;
const RECORDS = 1_000;
const WORDS = "agents keep what they learn in records that anybody can verify and only a few may read ".repeat(3);

let templates: OutboxRow[] | undefined;

/** Real commits of one account, so that what reads them finds records in them. */
const templatesOf = (): OutboxRow[] => {
  const agent = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
  const create = (i: number) => ({ action: "create" as const, path: `com.example.bench.note/${String((i * 7919) % 100_003).padStart(13, "2")}`, record: { $type: "com.example.bench.note", text: `${i} ${WORDS}` } });
  for (let i = 0; i < RECORDS; i += 100) agent.commit(Array.from({ length: 100 }, (_, k) => create(i + k)));
  return Array.from({ length: TEMPLATES }, (_, i): OutboxRow => {
    const body = agent.commit([create(RECORDS + i)]);
    return { did: agent.did, epoch: 1, n: 0, kind: "commit", time: body.time, ...encodeCommitFrame(body), rev: body.rev, head: "head", data: "data" };
  });
};

let n = Date.now() * 1000;

/** @param size bytes of a frame; 0 leaves them as real commits are. */
const rowsOf = (count: number, size: number): OutboxRow[] => {
  templates ??= templatesOf();
  return Array.from({ length: count }, (_, i) => {
    const template = (templates ?? [])[i % TEMPLATES];
    if (template === undefined) throw new Error("no templates");
    if (size === 0) return { ...template, n: ++n };
    const body = { repo: template.did, commit: new Uint8Array(36).fill(1), rev: "r", since: null, blocks: new Uint8Array(size - 250), ops: [], time: template.time };
    body.commit.set([1, 0x71, 0x12, 32]);
    return { ...template, ...encodeCommitFrame(body), n: ++n };
  });
};

/** `relay`, `bare`, `floor`, or one of these with anything after a dash: another object of the kind. */
const stubOf = (env: Env, name: string) => {
  const namespaces: Record<string, DurableObjectNamespace<Relay> | DurableObjectNamespace<Bare>> = { relay: env.RELAY, bare: env.BARE, floor: env.FLOOR };
  const namespace = namespaces[name.split("-")[0] ?? ""];
  return namespace?.get(namespace.idFromName(name));
};

export default {
  /** `/NAME/feed?count=&batch=&size=` feeds an object and answers when it has everything; any other path below a name is a stream of it. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, name = "", action, ...path] = url.pathname.split("/");
    const stub = stubOf(env, name);
    if (stub === undefined) return new Response("ready");
    if (action !== "feed") return stub.fetch(`http://relay/${[action, ...path].join("/")}${url.search}`, request);
    const [count, batch, size] = ["count", "batch", "size"].map((key) => Number(url.searchParams.get(key)));
    for (let left = count ?? 0; left > 0; left -= batch ?? 1) {
      const rows = rowsOf(Math.min(left, batch ?? 1), size ?? 0);
      await stub.ingest(rows);
    }
    return Response.json({ fed: count });
  },
} satisfies ExportedHandler<Env>;
