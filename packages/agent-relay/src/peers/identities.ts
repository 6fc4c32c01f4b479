import { atprotoKeyOf, pdsOf, RecentMap } from "@rookery/sync";
import type { PeerPorts } from "./peer-api.ts";

/** What a DID document says that matters here. */
export interface Identity {
  /** The signing key as `did:key`. */
  key: string | undefined;
  /** Host name of the account's PDS, with its port. */
  host: string | undefined;
}

/** An identity; `absent` when the DID has no document, `unavailable` when it cannot be had now. */
export type Found = Identity | "absent" | "unavailable";

const DID = /^did:(?:plc:[a-z2-7]{24}|web:[a-zA-Z0-9.%-]{1,260})$/;

/** Whether this can be an account's DID: the two methods of the AT Protocol. */
export const isAccountDid = (did: string): boolean => DID.test(did);

/** DID documents, read for their signing key and host. The port behind it caches documents and spares the directory. */
export class Identities {
  readonly #resolveDid: PeerPorts["resolveDid"];
  /** Documents already read: taking a key out of one costs as much as verifying with it. */
  readonly #read = new WeakMap<object, Identity>();

  /** Accounts whose document may have changed. One that is forgotten here is found out by its signature. */
  readonly #doubted = new RecentMap<true>(10_000);

  constructor(resolveDid: PeerPorts["resolveDid"]) {
    this.#resolveDid = resolveDid;
  }

  /** The document may have changed: the next one to ask gets a fresh one. */
  doubt(did: string): void {
    this.#doubted.set(did, true);
  }

  /** @param fresh ask the directory again: what is known did not fit. */
  async of(did: string, fresh: boolean): Promise<Found> {
    let document: unknown;
    try {
      document = await this.#resolveDid(did, fresh || this.#doubted.get(did) === true);
      this.#doubted.delete(did);
    } catch {
      return "unavailable";
    }
    if (typeof document !== "object" || document === null) return "absent";
    const known = this.#read.get(document);
    if (known !== undefined) return known;
    const origin = pdsOf(document);
    const identity = { key: atprotoKeyOf(document), host: origin === undefined ? undefined : new URL(origin).host };
    this.#read.set(document, identity);
    return identity;
  }
}
