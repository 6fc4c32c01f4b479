import { type Names, type Reduced, reduce } from "./reduce.ts";
import { type Got, type Sent, send } from "./send.ts";

/** An account of one side, signed in. */
export interface Person {
  name: string;
  did: string;
  handle: string;
  email: string;
  password: string;
  accessJwt: string;
  refreshJwt: string;
}

interface Account {
  did: string;
  accessJwt: string;
  refreshJwt: string;
}

/** Who sends a request: a person, the admin, anybody, or a header as it is. */
export type As = Person | "admin" | undefined;

export interface Asked extends Sent {
  as?: As;
}

const isAccount = (json: unknown): json is Account => typeof json === "object" && json !== null && "did" in json && "accessJwt" in json && "refreshJwt" in json;

/** What a server sent by mail. */
export interface Mail {
  to: string;
  text: string;
}

/** Where a server is, and what only its operator has. */
export interface Place {
  origin: string;
  adminSecret: string;
  /** Oldest first. */
  mails: () => Mail[];
  /** What no answer may hold. */
  secrets?: string[];
}

/** Tokens in mails. */
const TOKEN = /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/;

/** A mail may be on its way still. */
const firstOf = async (look: () => string | undefined): Promise<string | undefined> => {
  for (let i = 0; i < 200; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
};

/** One of the two servers, and what was asked of it so far in a scene. */
export class Side {
  readonly origin: string;
  readonly #adminSecret: string;
  readonly #mails: () => Mail[];
  readonly #secrets: string[];
  /** Requests whose answers held a secret. */
  readonly leaks: string[] = [];
  readonly #people = new Map<string, Person>();
  /** What came back, by label, in the order of asking. */
  readonly answers = new Map<string, Reduced>();

  constructor({ origin, adminSecret, mails, secrets = [] }: Place) {
    this.#secrets = [...secrets];
    this.origin = origin;
    this.#adminSecret = adminSecret;
    this.#mails = mails;
  }

  /** The token of the newest mail to an address. @throws Error when there is none. */
  async mailedToken(to: string): Promise<string> {
    const token = await firstOf(() => this.#mails().findLast((mail) => mail.to === to && TOKEN.test(mail.text))?.text.match(TOKEN)?.[0]);
    if (token === undefined) throw new Error(`${this.origin} sent ${to} no token`);
    return token;
  }

  #names(): Names {
    const { host, port } = new URL(this.origin);
    const people = [...this.#people.values()].flatMap((person): Names => [[person.did, `<did of ${person.name}>`], [encodeURIComponent(person.did), `<did of ${person.name}>`]]);
    const own: Names = [[`did:web:localhost%3A${port}`, "<did of host>"], [`did:web:localhost`, "<did of host>"], [this.origin, "<origin>"], [host, "<host>"], [`localhost%3A${port}`, "<host>"]];
    return [...people, ...own];
  }

  #headersFor(as: As): Record<string, string> {
    if (as === undefined) return {};
    if (as === "admin") return { authorization: `Basic ${Buffer.from(`admin:${this.#adminSecret}`).toString("base64")}` };
    return { authorization: `Bearer ${as.accessJwt}` };
  }

  /** Send without comparing. */
  async quiet({ as, headers, ...sent }: Asked): Promise<Got> {
    const got = await send(this.origin, { ...sent, headers: { ...this.#headersFor(as), ...headers } });
    const text = Buffer.from(got.bytes).toString("latin1") + JSON.stringify(got.headers);
    if (this.#secrets.some((secret) => text.includes(secret))) this.leaks.push(`${sent.method ?? "GET"} ${sent.path}`);
    return got;
  }

  /** Send, and note what came back under a label that is used once in a scene. */
  async ask(label: string, asked: Asked): Promise<Got> {
    if (this.answers.has(label)) throw new Error(`Two requests are called ${label}`);
    const got = await this.quiet(asked);
    this.answers.set(label, reduce(got, this.#names()));
    return got;
  }

  /** {@link ask} of a query. */
  query(label: string, nsid: string, params: Record<string, string | string[]> = {}, as?: As): Promise<Got> {
    return this.ask(label, { path: `/xrpc/${nsid}${queryOf(params)}`, as });
  }

  /** {@link ask} of a procedure. */
  procedure(label: string, nsid: string, body: unknown, as?: As): Promise<Got> {
    return this.ask(label, { method: "POST", path: `/xrpc/${nsid}`, as, ...(body === undefined ? {} : { body }) });
  }

  /** A new account; the name is used once in the whole run. @throws Error with the server's answer. */
  async person(name: string): Promise<Person> {
    const handle = `${name}.test`;
    const email = `${name}@example.com`;
    const password = `${name} opens the door`;
    const { status, json, bytes } = await this.quiet({ path: "/xrpc/com.atproto.server.createAccount", body: { handle, email, password } });
    if (!isAccount(json)) throw new Error(`${this.origin} createAccount ${name}: ${status} ${new TextDecoder().decode(bytes)}`);
    this.#secrets.push(password);
    const person = { name, did: json.did, handle, email, password, accessJwt: json.accessJwt, refreshJwt: json.refreshJwt };
    this.#people.set(name, person);
    return person;
  }
}

export const queryOf = (params: Record<string, string | string[]>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) for (const one of [value].flat()) query.append(name, one);
  return query.size === 0 ? "" : `?${query}`;
};
