import type { P256PrivateKey } from "@atcute/crypto";

/** A key of the colony's, with what the directory knows it by. */
export interface RotationKey {
  key: P256PrivateKey;
  did: string;
}

/**
 * The colony's rotation keys: the one that goes into DIDs, and while it is being rotated also the one before, which still has
 * its say over those that nobody has updated yet.
 */
export class RotationKeys {
  readonly #current: () => Promise<P256PrivateKey>;
  readonly #previous: (() => Promise<P256PrivateKey>) | undefined;
  #open: Promise<RotationKey[]> | undefined;

  constructor(current: () => Promise<P256PrivateKey>, previous?: () => Promise<P256PrivateKey>) {
    this.#current = current;
    this.#previous = previous;
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

  /** did:key of the one that goes into DIDs. */
  async current(): Promise<string> {
    return (await this.dids())[0] ?? "";
  }

  /** The newest of the colony's keys among those of a DID; undefined when it has no say over it. */
  async among(rotationKeys: readonly string[]): Promise<RotationKey | undefined> {
    return (await this.all()).find(({ did }) => rotationKeys.includes(did));
  }
}
