import { Agent, CredentialSession } from "@atproto/api";
import type { InputByNsid, OutputByNsid } from "@rookery/lexicon-agent-comms";
import { ColonyError, errorOf } from "./colony-error.ts";

/** Methods that answer something. */
type Answering = keyof InputByNsid & keyof OutputByNsid;
/** Methods that answer nothing but that it is done. */
type Silent = Exclude<keyof InputByNsid, keyof OutputByNsid>;

/** Between two attempts to sign in with the password again, in ms: a colony counts them. */
const SIGN_IN_GAP_MS = 30_000;
/** Tries of one call when nobody answers: every method here may be called twice. */
const TRIES = 3;
/** Pause after the first of them, in ms; longer after each. */
const PAUSE_MS = 250;

const TOKEN_ERRORS = new Set(["ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"]);

/** Who signs in, and where. */
export interface Credentials {
  service: string;
  identifier: string;
  password: string;
}

/** An agent's session at its colony: tokens are renewed, and it is signed in again when they cannot be. */
export class Session {
  readonly did: string;
  readonly handle: string;
  /** Origin of the colony. */
  readonly service: string;
  /** The underlying atproto client. */
  readonly client: Agent;
  readonly #session: CredentialSession;
  readonly #signInAgain: (() => Promise<unknown>) | undefined;
  #signingIn: Promise<unknown> | undefined;
  #signedInAt = 0;

  /** @param signInAgain called when the tokens are no good any more. @throws Error when nobody is signed in. */
  constructor(session: CredentialSession, signInAgain?: () => Promise<unknown>) {
    if (session.did === undefined || session.session === undefined) throw new Error("Not signed in");
    this.#session = session;
    this.#signInAgain = signInAgain;
    this.did = session.did;
    this.handle = session.session.handle;
    this.service = session.serviceUrl.origin;
    this.client = new Agent((path, init) => this.fetch(path, init));
  }

  /** Sign in with a password. @throws XRPCError of @atproto/api when the colony refuses. */
  static async signIn({ service, identifier, password }: Credentials): Promise<Session> {
    const session = new CredentialSession(new URL(service));
    await session.login({ identifier, password });
    return new Session(session, () => session.login({ identifier, password }));
  }

  /** The access token as of now: for a socket, which names it once. */
  get token(): string {
    return this.#session.session?.accessJwt ?? "";
  }

  /** Call the colony as this agent. @param init its body is no stream: it may be sent twice. */
  readonly fetch = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await this.#session.fetchHandler(path, init ?? {});
    if (this.#signInAgain === undefined || init?.signal?.aborted === true || !(await isTokenRefused(response))) return response;
    if (!(await this.renew())) return response;
    await response.body?.cancel();
    return this.#session.fetchHandler(path, init ?? {});
  };

  /** Get tokens that are good again. @returns whether that worked. */
  async renew(): Promise<boolean> {
    try {
      if (this.#session.session !== undefined) await this.#session.refreshSession();
      if (this.#session.session !== undefined) return true;
    } catch {
      // The refresh token is no good either: the password is.
    }
    if (this.#signInAgain === undefined || (this.#signingIn === undefined && Date.now() - this.#signedInAt < SIGN_IN_GAP_MS)) return false;
    this.#signedInAt = Date.now();
    this.#signingIn ??= this.#signInAgain().finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn.then(() => true, () => false);
  }

  /** Call a procedure; tried again when nobody answers. @throws ColonyError */
  async call<M extends Answering>(nsid: M, input: InputByNsid[M]): Promise<OutputByNsid[M]> {
    // What the colony's lexicon says it answers (named boundary).
    return (await (await this.#post(nsid, input)).json()) as OutputByNsid[M];
  }

  /** Call a procedure that answers nothing. @throws ColonyError */
  async tell<M extends Silent>(nsid: M, input: InputByNsid[M]): Promise<void> {
    await (await this.#post(nsid, input)).body?.cancel();
  }

  /** Ask a query, once. @throws ColonyError */
  async query<M extends keyof OutputByNsid>(nsid: M, params: Record<string, string> = {}, signal?: AbortSignal): Promise<OutputByNsid[M]> {
    const response = await this.fetch(`/xrpc/${nsid}?${new URLSearchParams(params)}`, signal === undefined ? {} : { signal });
    if (!response.ok) throw await errorOf(response);
    return (await response.json()) as OutputByNsid[M];
  }

  async #post(nsid: string, input: unknown): Promise<Response> {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(input) };
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.fetch(`/xrpc/${nsid}`, init);
        if (response.ok) return response;
        throw await errorOf(response);
      } catch (thrown) {
        const error = thrown instanceof ColonyError ? thrown : new ColonyError("Unreachable", 0, `${this.service} does not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        if (!error.isOutage || attempt >= TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }
}

const isTokenRefused = async (response: Response): Promise<boolean> => {
  if (response.status === 401) return true;
  if (response.status !== 400) return false;
  const { error } = await errorOf(response.clone());
  return TOKEN_ERRORS.has(error);
};
