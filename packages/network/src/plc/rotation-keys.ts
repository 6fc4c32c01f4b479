import type { P256PrivateKey } from "@atcute/crypto";

/** A key of the colony's, with what the directory knows it by. */
export interface RotationKey {
  key: P256PrivateKey;
  did: string;
}

/**
 * The colony's rotation keys: the one that goes into DIDs, and while it is being rotated also the one before, which still has
 * its say over those that nobody has updated yet. Beside them the operator may have a recovery key, of which only the public half
 * is here: it signs nothing, and is not the owner's.
 */
export class RotationKeys {
  readonly #current: () => Promise<P256PrivateKey>;
  readonly #previous: (() => Promise<P256PrivateKey>) | undefined;
  readonly #recovery: string[];
  #open: Promise<RotationKey[]> | undefined;

  /** @param recovery did:key. */
  constructor(current: () => Promise<P256PrivateKey>, previous?: () => Promise<P256PrivateKey>, recovery?: string) {
    this.#current = current;
    this.#previous = previous;
    this.#recovery = recovery === undefined ? [] : [recovery];
  }

  /** Newest first. */
  all(): Promise<RotationKey[]> {
    const opened = [this.#current, ...(this.#previous === undefined ? [] : [this.#previous])];
    return (this.#open ??= Promise.all(
      opened.map(async (open) => {
        const key = await open();
        return { key, did: await key.exportPublicKey("did") };
      }),
    ));
  }

  /** did:key of each, newest first. */
  async dids(): Promise<string[]> {
    return (await this.all()).map(({ did }) => did);
  }

  /** What in a DID is not its owner's: those, and the operator's recovery key. */
  async colonys(): Promise<string[]> {
    return [...(await this.dids()), ...this.#recovery];
  }

  /** What goes into DIDs, highest authority first (the reference's order). */
  async recommended(): Promise<string[]> {
    return [...this.#recovery, await this.current()];
  }

  /** did:key of the one that signs, and goes into DIDs. */
  async current(): Promise<string> {
    return (await this.dids())[0] ?? "";
  }

  /** The newest of the colony's keys among those of a DID; undefined when it has no say over it. */
  async among(rotationKeys: readonly string[]): Promise<RotationKey | undefined> {
    return (await this.all()).find(({ did }) => rotationKeys.includes(did));
  }
}
