import { type MasterKey, currentOf, masterKeyId, rewrapKey, unwrapKey, wrapKey } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import { makeSigningKey } from "../provisioning/signing-key.ts";
import { MAX_RESERVED_KEYS, RESERVED_KEY_LIFE, RESERVED_KEY_PAGE } from "./limits.ts";

/** A signing key that was made before its account. */
export interface ReservedKey {
  didKey: string;
  /** PKCS#8, in clear: to be wrapped at once. */
  pkcs8: Uint8Array;
}

interface Row {
  name: string;
  did_key: string;
  wrapped: ArrayBuffer;
}

/** Signing keys that are made before their account (com.atproto.server.reserveSigningKey), in D1 under the master key. */
export class ReservedKeys {
  readonly #db: D1Database;
  readonly #masterKey: MasterKey;

  constructor(db: D1Database, masterKey: MasterKey) {
    this.#db = db;
    this.#masterKey = masterKey;
  }

  /** did:key of the key that is reserved for a DID, made when there is none; without a DID always another. Errors: `TooManyReservedKeys` (503). */
  async reserve(did: string | undefined, now: number): Promise<Outcome<string>> {
    if (did !== undefined) {
      const known = await this.#didKeyOf(did);
      if (known !== null) return ok(known);
    }
    await this.#db.prepare("DELETE FROM reserved_key WHERE created_at <= ?").bind(now - RESERVED_KEY_LIFE).run();
    const { pkcs8, didKey } = await makeSigningKey();
    const name = did ?? didKey;
    // Whoever is first decides, also of two that ask for one DID at the same time.
    await this.#db
      .prepare(
        `INSERT INTO reserved_key (name, did_key, wrapped, master_key, created_at)
         SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM reserved_key) < ? ON CONFLICT DO NOTHING`,
      )
      .bind(name, didKey, wrapKey(this.#masterKey, name, pkcs8), masterKeyId(currentOf(this.#masterKey)), now, MAX_RESERVED_KEYS)
      .run();
    const kept = await this.#didKeyOf(name);
    return kept === null ? fail(503, "TooManyReservedKeys", "Too many signing keys are reserved here: try again later") : ok(kept);
  }

  /** The key that is reserved under a DID or a did:key. @throws KeyUnavailableError when it does not open. */
  async find(name: string): Promise<ReservedKey | undefined> {
    const row = await this.#db.prepare("SELECT name, did_key, wrapped FROM reserved_key WHERE name = ?").bind(name).first<Row>();
    return row === null ? undefined : { didKey: row.did_key, pkcs8: unwrapKey(this.#masterKey, row.name, new Uint8Array(row.wrapped)) };
  }

  /** The key with this did:key, for whatever it was reserved. @throws KeyUnavailableError when it does not open. */
  async byDidKey(didKey: string): Promise<(ReservedKey & { name: string }) | undefined> {
    const name = await this.#db.prepare("SELECT name FROM reserved_key WHERE did_key = ?").bind(didKey).first<string>("name");
    const found = name === null ? undefined : await this.find(name);
    return found === undefined || name === null ? undefined : { ...found, name };
  }

  /** An account has it: it is reserved no more. */
  async clear(didKey: string): Promise<void> {
    await this.#db.prepare("DELETE FROM reserved_key WHERE did_key = ?").bind(didKey).run();
  }

  /** Wrap what is under another master key under the current one; how many. @throws KeyUnavailableError when one does not open. */
  async rewrap(): Promise<number> {
    const id = masterKeyId(currentOf(this.#masterKey));
    for (let done = 0; ; ) {
      const { results } = await this.#db.prepare("SELECT name, did_key, wrapped FROM reserved_key WHERE master_key <> ? LIMIT ?").bind(id, RESERVED_KEY_PAGE).all<Row>();
      if (results.length === 0) return done;
      const update = this.#db.prepare("UPDATE reserved_key SET wrapped = ?, master_key = ? WHERE name = ?");
      await this.#db.batch(
        results.map(({ name, wrapped }) => {
          const bytes = new Uint8Array(wrapped);
          return update.bind(rewrapKey(this.#masterKey, name, bytes) ?? bytes, id, name);
        }),
      );
      done += results.length;
    }
  }

  #didKeyOf(name: string): Promise<string | null> {
    return this.#db.prepare("SELECT did_key FROM reserved_key WHERE name = ?").bind(name).first<string>("did_key");
  }
}
