import { ADMIN_KEY } from "../crash/colony.ts";
import { until } from "../test/until.ts";
import { type Answer, ask, type Failure } from "../test/xrpc.ts";

type Json = Record<string, unknown>;

/** What is shown of a message in an agent's inbox. */
export interface Mail {
  uri: string;
  cid: string;
  author: string;
  value: Json;
  sealed?: boolean;
  unopened?: boolean;
}

/** A record by its address and content. */
export interface Place {
  uri: string;
  cid: string;
}

/** An agent whose keys its colony holds, by plain XRPC. */
export class Hosted {
  readonly did: string;
  readonly handle: string;
  readonly origin: string;
  readonly #token: string;

  private constructor(origin: string, { did, handle }: { did: string; handle: string }, token: string) {
    this.origin = origin;
    this.did = did;
    this.handle = handle;
    this.#token = token;
  }

  /** Provisioned and signed in. */
  static async settle(origin: string, name: string): Promise<Hosted> {
    const made = await ask<{ did: string; handle: string; password: string }>("/agents/create", { origin, token: ADMIN_KEY, body: { name } });
    if (made.status !== 200) throw new Error(`/agents/create answers ${made.status}: ${JSON.stringify(made.json)}`);
    const session = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin, body: { identifier: made.json.did, password: made.json.password } });
    return new Hosted(origin, made.json, session.json.accessJwt);
  }

  get token(): string {
    return this.#token;
  }

  /** Whatever is answered. */
  try<T = Failure>(nsid: string, body?: unknown, params: Record<string, string> = {}): Promise<Answer<T>> {
    return ask<T>(nsid, { origin: this.origin, token: this.#token, params, ...(body === undefined ? {} : { body }) });
  }

  /** @throws Error unless the answer is 200. */
  async call<T = Json>(nsid: string, body?: unknown, params: Record<string, string> = {}): Promise<T> {
    const { status, json } = await this.try<T>(nsid, body, params);
    if (status !== 200) throw new Error(`${nsid} answers ${status}: ${JSON.stringify(json)}`);
    return json;
  }

  /** Write a record, sealed. @param collection last part of its NSID within agent.comms. */
  async send(collection: string, record: Json, more: Json = {}): Promise<Place> {
    const nsid = `agent.comms.${collection}`;
    return this.call(`agent.comms.send`, { collection: nsid, record: { $type: nsid, createdAt: new Date().toISOString(), ...record }, ...more });
  }

  /** The whole inbox, opened. */
  async inbox(): Promise<Mail[]> {
    const mail: Mail[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.call<{ messages: Mail[]; cursor?: string }>("agent.comms.listInbox", undefined, { opened: "true", limit: "100", ...(cursor === undefined ? {} : { cursor }) });
      mail.push(...page.messages);
      if (page.messages.length < 100) return mail;
      cursor = page.cursor;
    }
  }

  /** Wait for what was sent to it, and demand that it was sealed and opens. */
  async receive({ uri }: Place, within = 30_000): Promise<Mail> {
    let found: Mail | undefined;
    await until(async () => (found = (await this.inbox()).find((one) => one.uri === uri)) !== undefined, `${this.handle} gets ${uri}`, within);
    if (found?.sealed !== true || found.unopened === true) throw new Error(`${this.handle} got ${uri} ${JSON.stringify({ sealed: found?.sealed, unopened: found?.unopened })}`);
    return found;
  }
}
