/** What is asked of a peer beside its stream. Answers come from a stranger: bounded in size and time, and narrowed. */
import { cidFromString, CidError, isTid, type CidBytes } from "@rookery/repo";
import { SWEEP_PAGE } from "./settings.ts";

/** How requests are sent; `fetch`, or a test's. */
export type Request = (url: string, init: RequestInit) => Promise<Response>;

/** The host did not answer as its lexicons say. */
export class HostError extends Error {
  override readonly name = "HostError";
  /** Of its answer, when that was the trouble. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** The host has had enough of us for a while (429). */
export class HostBusyError extends HostError {
  /** Milliseconds until it is to be asked again, as it says; undefined when it does not. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter: string | null) {
    super(message, 429);
    this.retryAfter = /^\d{1,6}$/.test(retryAfter ?? "") ? Number(retryAfter) * 1_000 : undefined;
  }
}

/** Where a repository stands, as its host says. */
export interface Stand {
  did: string;
  rev: string;
  commit: CidBytes;
}

/** An account of a host's list. */
export interface Listed extends Stand {
  /** Whether it takes part; undefined when the host does not say. */
  active: boolean | undefined;
}

/** Whether an account takes part, as its host says. */
export interface HostStanding {
  active: boolean;
  /** Why not. */
  status: string | null;
}

/** A page of listRepos is at most about 200 KB. */
const MAX_JSON_BYTES = 1_000_000;
/** Known ones have at most 14 letters. */
const MAX_STATUS_CHARS = 64;

/** See above. Every method throws HostError, or what the network throws. */
export class HostClient {
  readonly #origin: string;
  readonly #request: Request;
  readonly #timeoutMs: number;
  readonly #stop: AbortSignal;

  /** @param stop ends whatever is under way. */
  constructor(origin: string, request: Request, timeoutMs: number, stop: AbortSignal) {
    this.#origin = origin;
    this.#request = request;
    this.#timeoutMs = timeoutMs;
    this.#stop = stop;
  }

  /** com.atproto.sync.getRepo, as it streams in. */
  async repo(did: string): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#get("com.atproto.sync.getRepo", { did });
    if (body === null) throw new HostError("getRepo without a body");
    return body;
  }

  /** com.atproto.sync.getRecord: a CAR that shows what is at a path. */
  async proof(did: string, path: string, maxBytes: number): Promise<Uint8Array> {
    const [collection = "", rkey = ""] = path.split("/");
    return this.#bytes("com.atproto.sync.getRecord", { did, collection, rkey }, maxBytes);
  }

  /** com.atproto.sync.getLatestCommit */
  async latestCommit(did: string): Promise<Stand> {
    const { cid, rev } = fieldsOf(await this.#json("com.atproto.sync.getLatestCommit", { did }));
    return standOf(did, cid, rev);
  }

  /** com.atproto.sync.getRepoStatus */
  async standing(did: string): Promise<HostStanding> {
    const { did: of, active, status } = fieldsOf(await this.#json("com.atproto.sync.getRepoStatus", { did }));
    if (of !== did || typeof active !== "boolean") throw new HostError(`getRepoStatus does not say whether ${did.slice(0, 300)} is active`);
    return { active, status: typeof status === "string" ? status.slice(0, MAX_STATUS_CHARS) : null };
  }

  /** A page of com.atproto.sync.listRepos; accounts that are told in a way we cannot read are left out. */
  async listRepos(cursor: string): Promise<{ repos: Listed[]; cursor: string | undefined }> {
    const page = fieldsOf(await this.#json("com.atproto.sync.listRepos", { limit: String(SWEEP_PAGE), ...(cursor === "" ? {} : { cursor }) }));
    if (!Array.isArray(page["repos"])) throw new HostError("listRepos without repos");
    const repos = page["repos"].slice(0, SWEEP_PAGE).flatMap((entry: unknown) => {
      try {
        const { did, head, rev, active } = fieldsOf(entry);
        return typeof did === "string" ? [{ ...standOf(did, head, rev), active: typeof active === "boolean" ? active : undefined }] : [];
      } catch {
        return [];
      }
    });
    const next = page["cursor"];
    return { repos, cursor: typeof next === "string" && next !== "" && next !== cursor ? next.slice(0, 1_000) : undefined };
  }

  async #get(method: string, params: Record<string, string>): Promise<Response> {
    const url = `${this.#origin}/xrpc/${method}?${new URLSearchParams(params).toString()}`;
    const response = await this.#request(url, { redirect: "manual", signal: AbortSignal.any([AbortSignal.timeout(this.#timeoutMs), this.#stop]) });
    if (response.status === 200) return response;
    await response.body?.cancel();
    const message = `${method} answered ${response.status}`;
    throw response.status === 429 ? new HostBusyError(message, response.headers.get("retry-after")) : new HostError(message, response.status);
  }

  async #bytes(method: string, params: Record<string, string>, maxBytes: number): Promise<Uint8Array> {
    const { body } = await this.#get(method, params);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of body ?? []) {
      length += piece.length;
      if (length > maxBytes) throw new HostError(`${method} answered more than ${maxBytes} bytes`);
      pieces.push(piece);
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  async #json(method: string, params: Record<string, string>): Promise<unknown> {
    const bytes = await this.#bytes(method, params, MAX_JSON_BYTES);
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new HostError(`${method} answered no JSON`);
    }
  }
}

function standOf(did: string, cid: unknown, rev: unknown): Stand {
  if (typeof cid !== "string" || typeof rev !== "string" || !isTid(rev)) throw new HostError(`no commit and rev for ${did.slice(0, 300)}`);
  try {
    return { did, rev, commit: cidFromString(cid) };
  } catch (error) {
    if (error instanceof CidError) throw new HostError(error.message);
    throw error;
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new HostError("not a JSON object");
  // A named boundary: an object whose fields are then narrowed one by one.
  return value as Record<string, unknown>;
}
