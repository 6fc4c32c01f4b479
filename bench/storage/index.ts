/**
 * The colony as it is, with a counter beside each object that an event passes: rows written, by SQLite's own count. What is
 * counted is the statements of the colony's own objects; nothing else of them is changed.
 */
import colony, { Agent as ColonyAgent, NetworkRelay, Peer, Relay as ColonyRelay, Upstream } from "../../packages/network/src/index.ts";

export { NetworkRelay, Peer, Upstream };

type Env = ConstructorParameters<typeof ColonyAgent>[1];

/** Cursors of statements since they were last asked for: a cursor counts until it has been read to its end. */
const cursors: Record<"agent" | "relay", { rowsWritten: number }[]> = { agent: [], relay: [] };

const counted = (ctx: DurableObjectState, whose: keyof typeof cursors): DurableObjectState => {
  const { sql } = ctx.storage;
  const exec = sql.exec.bind(sql);
  const counting = (statement: string, ...bindings: SqlStorageValue[]) => {
    const cursor = exec(statement, ...bindings);
    cursors[whose].push(cursor);
    return cursor;
  };
  Object.defineProperty(sql, "exec", { value: counting, configurable: true });
  return ctx;
};

export class Agent extends ColonyAgent {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(counted(ctx, "agent"), env);
    this.#sql = ctx.storage.sql;
  }

  /** Bytes of the database, and of the blocks that the repository consists of. */
  async stored(): Promise<{ bytes: number; blocks: number }> {
    const bytesOf = (table: string) => this.#sql.exec<{ bytes: number }>(`SELECT SUM(LENGTH(data)) AS bytes FROM ${table}`).one().bytes;
    return { bytes: this.#sql.databaseSize, blocks: bytesOf("record_block") + bytesOf("node") };
  }
}

export class Relay extends ColonyRelay {
  constructor(ctx: DurableObjectState, env: Env) {
    super(counted(ctx, "relay"), env);
  }
}

const rowsOf = (whose: keyof typeof cursors): number => cursors[whose].splice(0).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);

export default {
  ...colony,
  /** `/bench/written` answers the rows since it was last asked, `/bench/stored?did=` the sizes of an agent. */
  async fetch(request: Request, env: Env & { AGENT: DurableObjectNamespace<Agent> }, context: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/bench/written") return Response.json({ agent: rowsOf("agent"), relay: rowsOf("relay") });
    if (url.pathname === "/bench/stored") {
      // Named boundary: the stub's type is too deep for the compiler; the class above implements it.
      const agent: unknown = env.AGENT.get(env.AGENT.idFromName(url.searchParams.get("did") ?? ""));
      return Response.json(await (agent as Pick<Agent, "stored">).stored());
    }
    const answer = await colony.fetch?.(request as Parameters<NonNullable<typeof colony.fetch>>[0], env, context);
    return answer ?? new Response(null, { status: 404 });
  },
};
