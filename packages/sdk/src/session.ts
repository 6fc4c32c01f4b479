import { Agent, CredentialSession, XRPCError } from "@atproto/api";
import type { InputByNsid, OutputByNsid } from "@rookery/lexicon-agent-comms";
import { ColonyError, errorOf } from "./colony-error.ts";

/** Methods that answer something. */
type Answering = keyof InputByNsid & keyof OutputByNsid;
/** Methods that answer nothing but that it is done. */
type Silent = Exclude<keyof InputByNsid, keyof OutputByNsid>;

/** After a password was refused, the next attempt with it, in ms: a colony counts them. */
const SIGN_IN_GAP_MS = 30_000;
/** Tries of one call when nobody answers: every method here may be called twice. */
const TRIES = 3;
/** Pause after the first of them, in ms; longer after each. */
const PAUSE_MS = 250;
/** How long one call may take, in ms, and all its tries: longer than a long-poll, and than sealing for many takes. */
const CALL_MS = 45_000;
/** How long an upload may take, in ms: a file of 50 MB on a slow line. */
const UPLOAD_MS = 10 * 60_000;

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
  #renewing: Promise<boolean> | undefined;
  /** When the password may be tried again, in ms since 1970. */
  #notBefore = 0;
  /** Why the agent is signed out. */
  #failure = new ColonyError("SignedOut", 0, "The agent is signed out");

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

  /** Sign in with a password. @throws ColonyError when the colony refuses, or nobody answers. @throws TypeError for a service that is no origin. */
  static async signIn({ service, identifier, password }: Credentials): Promise<Session> {
    if (!/^https?:\/\//.test(service) || !URL.canParse(service)) throw new TypeError(`Not the origin of a colony: ${service}. It is like http://localhost:3000`);
    const session = new CredentialSession(new URL(service), patient);
    const login = (): Promise<unknown> => session.login({ identifier, password });
    await login().catch((error: unknown) => {
      throw signInError(session.serviceUrl.origin, error);
    });
    return new Session(session, login);
  }

  /** The access token as of now: for a socket, which names it once. */
  get token(): string {
    return this.#session.session?.accessJwt ?? "";
  }

  /** Call the colony as this agent. @param init its body is no stream: it may be sent twice. @throws ColonyError when the agent cannot sign in again. */
  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    // Signed out by a refusal, or by an outage in the middle of signing in again.
    if (this.#session.session === undefined && !(await this.renew())) throw this.#failure;
    const response = await this.#session.fetchHandler(path, init);
    if (init.signal?.aborted === true || !(await isTokenRefused(response)) || !(await this.renew())) return response;
    await response.body?.cancel();
    return this.#session.fetchHandler(path, init);
  };

  /** Get tokens that are good again; calls at the same time share one attempt. @returns whether that worked. */
  renew(): Promise<boolean> {
    return (this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    }));
  }

  async #renew(): Promise<boolean> {
    try {
      if (this.#session.session !== undefined) {
        await this.#session.refreshSession();
        return true;
      }
    } catch {
      // The colony does not answer: the tokens may be good, as soon as it does.
      if (this.#session.session !== undefined) return false;
    }
    // A password that was refused is not tried again at once: the colony counts that.
    if (this.#signInAgain === undefined || Date.now() < this.#notBefore) return false;
    try {
      await this.#signInAgain();
      return true;
    } catch (error) {
      this.#failure = signInError(this.service, error);
      if (!this.#failure.isOutage) this.#notBefore = Date.now() + SIGN_IN_GAP_MS;
      return false;
    }
  }

  /** Call a procedure; tried again when nobody answers. @throws ColonyError */
  async call<M extends Answering>(nsid: M, input: InputByNsid[M]): Promise<OutputByNsid[M]> {
    // What the colony's lexicon says it answers (named boundary).
    return this.#post(nsid, input, async (response) => (await response.json()) as OutputByNsid[M]);
  }

  /** Call a procedure that answers nothing. @throws ColonyError */
  async tell<M extends Silent>(nsid: M, input: InputByNsid[M]): Promise<void> {
    await this.#post(nsid, input, async (response) => response.body?.cancel());
  }

  /** Ask a query; tried again when nobody answers. @throws ColonyError */
  async query<M extends keyof OutputByNsid>(nsid: M, params: Record<string, string> = {}, signal?: AbortSignal): Promise<OutputByNsid[M]> {
    return this.#ask(`${nsid}?${new URLSearchParams(params)}`, signal === undefined ? {} : { signal }, async (response) => (await response.json()) as OutputByNsid[M]);
  }

  /** Upload a blob; tried again when nobody answers. @throws ColonyError */
  async upload(bytes: Uint8Array<ArrayBuffer>): Promise<OutputByNsid["com.atproto.repo.uploadBlob"]> {
    const init = { method: "POST", headers: { "content-type": "application/octet-stream" }, body: bytes };
    return this.#ask("com.atproto.repo.uploadBlob", init, async (response) => (await response.json()) as OutputByNsid["com.atproto.repo.uploadBlob"], UPLOAD_MS);
  }

  #post<T>(nsid: string, input: unknown, read: (response: Response) => Promise<T>): Promise<T> {
    return this.#ask(nsid, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(input) }, read);
  }

  async #ask<T>(what: string, { signal, ...init }: RequestInit, read: (response: Response) => Promise<T>, limitMs = CALL_MS): Promise<T> {
    const until = Date.now() + limitMs;
    for (let attempt = 1; ; attempt++) {
      try {
        const limit = AbortSignal.timeout(Math.max(0, until - Date.now()));
        const response = await this.fetch(`/xrpc/${what}`, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
        if (!response.ok) throw await errorOf(response);
        return await read(response);
      } catch (thrown) {
        const error = thrown instanceof ColonyError ? thrown : unreachable(this.service, thrown);
        if (!error.isOutage || attempt >= TRIES || signal?.aborted === true || Date.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }
}

/** What the client does by itself, signing in and renewing, has an end as well. */
const patient = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  if (!String(input instanceof Request ? input.url : input).includes("/xrpc/com.atproto.server.")) return fetch(input, init);
  const given = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const limit = AbortSignal.timeout(CALL_MS);
  return fetch(input, { ...init, signal: given ? AbortSignal.any([given, limit]) : limit });
};

const unreachable = (service: string, thrown: unknown): ColonyError => new ColonyError("Unreachable", 0, `${service} does not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`);

/** Why there are no tokens, as a ColonyError like any other. */
const signInError = (service: string, error: unknown): ColonyError =>
  error instanceof XRPCError && error.status >= 400 && error.status < 500 ? new ColonyError(error.error, error.status, `The agent cannot sign in: ${error.message}`) : unreachable(service, error);

const isTokenRefused = async (response: Response): Promise<boolean> => {
  if (response.status === 401) return true;
  if (response.status !== 400) return false;
  const { error } = await errorOf(response.clone());
  return TOKEN_ERRORS.has(error);
};
