import { hkdfSync } from "node:crypto";
import { KeyUnavailableError, type MasterKey, currentOf, rewrapKey, unwrapKey, wrapKey } from "@rookery/pds";
import { readStanding } from "./standing.ts";

/** What secrets of the colony's own are wrapped for, in the place of a DID. */
const COLONY = "colony";

/** Bytes of the secret that names of idempotency keys are made with. */
const SECRET_BYTES = 32;

/**
 * The colony's own secrets, in D1 under its master key. Each is derived from the master key at its first use, as it was before
 * there was this table, and kept from then on: another master key does not make it another colony.
 */
export class ColonySecrets {
  readonly #db: D1Database;
  readonly #masterKey: MasterKey;
  /** What is open in this isolate: secrets never change. */
  readonly #open = new Map<string, Uint8Array>();

  /** @param masterKey that of the colony as it is now; with the one before during a rotation. */
  constructor(db: D1Database, masterKey: MasterKey) {
    this.#db = db;
    this.#masterKey = masterKey;
  }

  /**
   * @param derive what it was when it was derived: from the colony's first master key, which is the one before during a rotation.
   * @throws KeyUnavailableError when it is there and does not open, or the master key is not the colony's.
   */
  async get(name: string, derive: (masterKey: Uint8Array) => Uint8Array): Promise<Uint8Array> {
    const known = this.#open.get(name) ?? (await this.#read(name)) ?? (await this.#keep(name, derive));
    this.#open.set(name, known);
    return known;
  }

  /** For names of idempotency keys, which must not be guessable for a reader of the registry. */
  idempotency(): Promise<Uint8Array> {
    return this.get("idempotency", (masterKey) => new Uint8Array(hkdfSync("sha256", masterKey, "rookery idempotency v1", COLONY, SECRET_BYTES)));
  }

  /** Statements that wrap all of them under the current master key, for a batch. @throws KeyUnavailableError */
  async rewrapped(): Promise<D1PreparedStatement[]> {
    const { results } = await this.#db.prepare("SELECT name, wrapped FROM colony_secret").all<{ name: string; wrapped: ArrayBuffer }>();
    return results.flatMap(({ name, wrapped }) => {
      const anew = rewrapKey(this.#masterKey, COLONY, new Uint8Array(wrapped));
      return anew === undefined ? [] : [this.#db.prepare("UPDATE colony_secret SET wrapped = ? WHERE name = ?").bind(anew, name)];
    });
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const wrapped = await this.#db.prepare("SELECT wrapped FROM colony_secret WHERE name = ?").bind(name).first<ArrayBuffer>("wrapped");
    return wrapped === null ? undefined : unwrapKey(this.#masterKey, COLONY, new Uint8Array(wrapped));
  }

  /** Whoever is first decides. */
  async #keep(name: string, derive: (masterKey: Uint8Array) => Uint8Array): Promise<Uint8Array> {
    const standing = await readStanding(this.#db, this.#masterKey, Date.now());
    if (standing.state === "wrong") throw new KeyUnavailableError(standing.reason);
    const first = standing.state === "rotating" && !(this.#masterKey instanceof Uint8Array) ? this.#masterKey.previous : currentOf(this.#masterKey);
    const secret = derive(first);
    await this.#db.prepare("INSERT INTO colony_secret (name, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING").bind(name, wrapKey(currentOf(this.#masterKey), COLONY, secret)).run();
    const kept = await this.#read(name);
    if (kept === undefined) throw new Error(`the colony's secret ${name} was not written`);
    return kept;
  }
}
