/**
 * What one event of a host says by itself: whose account it is, and whether it is signed by it. Two things are asked of the
 * account's DID document, and once more of the directory when they do not fit, since both may just have changed: the host,
 * which must be this peer, and the signing key.
 */
import { checkCommitContent, readSync, verifyCommitSignature, type ChainState, type Checked, type CheckedCommit, type CommitBody, type SyncBody, type SyncFailureCode } from "@rookery/sync";
import type { Commit, Sha256 } from "@rookery/repo";
import type { Identities, Identity } from "./identities.ts";

/** Why an event of a peer was refused: sync's own codes, and what concerns the host. */
export type RefusalCode =
  | SyncFailureCode | "Malformed" | "TextFrame" | "BadDid" | "BadSeq" | "WrongHost" | "NoDocument" | "Unresolvable" | "AccountLimit" | "TooMany";

/** What a check gives here. */
export type Verified<T> = { ok: true; value: T } | { ok: false; code: RefusalCode };

/** What verifying a host's events needs. */
export interface VerifierOptions {
  sha256: Sha256;
  identities: Identities;
  /** Host name, with port, whose accounts are believed. */
  host: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** See above. Knows nothing of what came before; the chain is checked by who calls. */
export class Verifier {
  readonly #options: VerifierOptions;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async commit(body: CommitBody & { rebase?: boolean; tooBig?: boolean }): Promise<Verified<CheckedCommit>> {
    const checked = await this.#signed(body.repo, () => checkCommitContent(body, this.#clock()));
    return checked.ok ? { ok: true, value: checked.value.commit } : checked;
  }

  async sync(body: SyncBody): Promise<Verified<{ state: ChainState; signed: Commit }>> {
    return this.#signed(body.did, () => readSync(body, this.#clock()));
  }

  /** A commit that came another way, e.g. in a repository's export. */
  async signature(signed: Commit): Promise<Verified<{ signed: Commit }>> {
    return this.#signed(signed.did, () => ({ ok: true, value: { signed } }));
  }

  /** An account says that its document changed: it is asked for anew when it is next needed. */
  doubt(did: string): void {
    this.#options.identities.doubt(did);
  }

  /** Whether an account lives at this host. */
  async lives(did: string): Promise<Verified<Identity>> {
    let found = await this.#options.identities.of(did, false);
    if (typeof found === "object" && !this.#isHere(found)) found = await this.#options.identities.of(did, true);
    if (found === "unavailable") return { ok: false, code: "Unresolvable" };
    if (found === "absent") return { ok: false, code: "NoDocument" };
    return this.#isHere(found) ? { ok: true, value: found } : { ok: false, code: "WrongHost" };
  }

  async #signed<T extends { signed: Commit }>(did: string, check: () => Checked<T>): Promise<Verified<T>> {
    const account = await this.lives(did);
    if (!account.ok) return account;
    const content = check();
    if (!content.ok) return { ok: false, code: content.failure.code };
    const { key } = account.value;
    if (key !== undefined && (await verifyCommitSignature(content.value.signed, key))) return content;
    const fresh = await this.#options.identities.of(did, true);
    if (fresh === "unavailable") return { ok: false, code: "Unresolvable" };
    if (fresh === "absent") return { ok: false, code: "NoDocument" };
    if (!this.#isHere(fresh)) return { ok: false, code: "WrongHost" };
    if (fresh.key === undefined) return { ok: false, code: "UnknownKey" };
    const verifies = fresh.key !== key && (await verifyCommitSignature(content.value.signed, fresh.key));
    return verifies ? content : { ok: false, code: "BadSignature" };
  }

  #isHere({ host }: Identity): boolean {
    return host === this.#options.host;
  }

  #clock(): { sha256: Sha256; now: number } {
    return { sha256: this.#options.sha256, now: this.#options.now() };
  }
}
