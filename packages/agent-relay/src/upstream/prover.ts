import { CarError, CidError, CborError, CommitError, InvalidNodeError, MissingBlockError, PathError, cidToString, decode, isTid, lexToJson, verifyProof, type ProofResult } from "@rookery/repo";
import { atprotoKeyOf, isLoopbackHost, isPublicHost, pdsOf, verifyCommitSignature, webDidOrigin } from "@rookery/sync";
import type { ProvenRecord } from "../network/network-api.ts";
import { sha256 } from "../network/sha256.ts";
import { fetchProof, type Fetch } from "./proof-fetch.ts";
import type { Waiting } from "./queue.ts";
import { MAX_RECIPIENTS, MAX_RECORD_BYTES, type UpstreamLimits } from "./settings.ts";
import type { UpstreamPorts, UpstreamRefusal } from "./upstream-api.ts";

/** What became of a claim. `later`: a host or directory could not be reached; `busy`: its host is asked for others already. */
export type Proved =
  | { kind: "proven"; record: ProvenRecord }
  | { kind: "refused"; reason: UpstreamRefusal }
  | { kind: "later"; message: string }
  | { kind: "busy" };

interface Options {
  ports: UpstreamPorts;
  limits: UpstreamLimits;
  fetch: Fetch;
}

interface Identity {
  key: string;
  /** Origin of the author's host. */
  pds: string;
}

/** What an author's host or key of before would lead to, while the document that is remembered names those. */
const MAY_BE_OUTDATED = new Set<UpstreamRefusal>(["no-identity", "unsafe-host", "policy", "host-refuses", "bad-proof", "bad-signature", "not-there", "still-there", "other-record"]);

const refused = (reason: UpstreamRefusal): Proved => ({ kind: "refused", reason });

/**
 * Turns what a stream claims into what an author's own host proves: DID document, policy, com.atproto.sync.getRecord, signature,
 * path. Nothing of the claim survives but author and path; recipients come out of the proven record.
 */
export class Prover {
  readonly #options: Options;
  /** Requests under way by domain. */
  readonly #asked = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param sentTo whom the record was delivered to, for a delete. */
  async prove(claim: Waiting, sentTo: string[] | "all" | undefined): Promise<Proved> {
    const isAgain = claim.tries > 0;
    const identity = await this.#find(claim.author, isAgain);
    const proved = "kind" in identity ? identity : await this.#ask(claim, sentTo, identity);
    if (isAgain || proved.kind !== "refused" || !MAY_BE_OUTDATED.has(proved.reason)) return proved;
    // The author may have moved to another host, or to another key, since the document was remembered.
    const fresh = await this.#find(claim.author, true);
    if ("kind" in fresh) return fresh;
    const isSame = !("kind" in identity) && fresh.key === identity.key && fresh.pds === identity.pds;
    return isSame ? proved : this.#ask(claim, sentTo, fresh);
  }

  /** Names below one's own domain cost nothing, and neither do slow answers. */
  #find(author: string, fresh: boolean): Promise<Identity | Proved> {
    const web = webDidOrigin(author, this.#options.ports.allowLoopback);
    return this.#within(web?.hostname, () => this.#identity(author, fresh));
  }

  async #ask(claim: Waiting, sentTo: string[] | "all" | undefined, identity: Identity): Promise<Proved> {
    const { ports, fetch, limits } = this.#options;
    const { host } = new URL(identity.pds);
    try {
      if (!(await ports.mayDeliver(claim.author, host))) return refused("policy");
    } catch (error) {
      return { kind: "later", message: `policy: ${String(error)}` };
    }
    return this.#within(host, async () => {
      const fetched = await fetchProof(fetch, identity.pds, claim.author, claim.path, limits.fetchTimeoutMs);
      return fetched.kind === "proof" ? this.#verify(claim, sentTo, fetched.car, identity) : fetched;
    });
  }

  /** Do what asks a host, unless its domain is asked for as much as it may be already. */
  async #within<T>(host: string | undefined, ask: () => Promise<T>): Promise<T | { kind: "busy" }> {
    if (host === undefined) return ask();
    const domain = domainOf(host);
    const asked = this.#asked.get(domain) ?? 0;
    if (asked >= this.#options.limits.fetchesPerDomain) return { kind: "busy" };
    this.#asked.set(domain, asked + 1);
    try {
      return await ask();
    } finally {
      const left = (this.#asked.get(domain) ?? 1) - 1;
      if (left > 0) this.#asked.set(domain, left);
      else this.#asked.delete(domain);
    }
  }

  async #verify(claim: Waiting, sentTo: string[] | "all" | undefined, car: Uint8Array, identity: Identity): Promise<Proved> {
    const shown = read(car, claim.path);
    if (shown === undefined || shown.commit.did !== claim.author || !isTid(shown.commit.rev)) return refused("bad-proof");
    if (!(await verifyCommitSignature(shown.commit, identity.key))) return refused("bad-signature");
    return this.#judge(claim, sentTo, shown, car);
  }

  async #judge({ author, path, cid: claimed }: Waiting, sentTo: string[] | "all" | undefined, { commit, cid, record }: ProofResult, proof: Uint8Array): Promise<Proved> {
    const { rev } = commit;
    if (claimed === null) {
      if (cid !== null) return refused("still-there");
      return { kind: "proven", record: { author, hint: { path, action: "delete", to: sentTo ?? [] }, rev, proof } };
    }
    if (cid === null || record === null) return refused("not-there");
    if (record.length > MAX_RECORD_BYTES) return refused("too-large");
    if (cidToString(cid) !== claimed) return refused("other-record");
    const to = await this.#recipients(path, record);
    if (to !== "all" && to.length === 0) return refused("not-for-us");
    return { kind: "proven", record: { author, hint: { path, action: "create", cid: claimed, to }, rev, proof } };
  }

  /** Who of those that the proven record names lives here. */
  async #recipients(path: string, record: Uint8Array): Promise<string[] | "all"> {
    const { recipientsOf, localOf } = this.#options.ports;
    const to = recipientsOf(path.slice(0, path.indexOf("/")), jsonOf(record));
    return to === "all" ? to : localOf((to ?? []).slice(0, MAX_RECIPIENTS));
  }

  async #identity(author: string, fresh: boolean): Promise<Identity | Proved> {
    let document: unknown;
    try {
      document = await this.#options.ports.resolveDid(author, fresh);
    } catch (error) {
      return { kind: "later", message: String(error) };
    }
    const key = atprotoKeyOf(document);
    const pds = pdsOf(document);
    if (key === undefined || pds === undefined) return refused("no-identity");
    return this.#isSafe(new URL(pds)) ? { key, pds } : refused("unsafe-host");
  }

  /** A stranger's document says where we send a request: public names over https, and this machine's own in development. */
  #isSafe({ protocol, hostname }: URL): boolean {
    return (protocol === "https:" && isPublicHost(hostname)) || (this.#options.ports.allowLoopback && isLoopbackHost(hostname));
  }
}

/** The last two labels: near enough to who owns the name. */
const domainOf = (host: string): string => host.split(".").slice(-2).join(".");

/** What a proof shows; undefined when it is none. */
function read(car: Uint8Array, path: string): ProofResult | undefined {
  try {
    return verifyProof(car, path, sha256);
  } catch (error) {
    const foreign = [CarError, CidError, CommitError, InvalidNodeError, MissingBlockError, PathError].some((kind) => error instanceof kind);
    if (foreign) return undefined;
    throw error;
  }
}

function jsonOf(record: Uint8Array): unknown {
  try {
    return lexToJson(decode(record));
  } catch (error) {
    if (error instanceof CborError || error instanceof CidError) return undefined;
    throw error;
  }
}
