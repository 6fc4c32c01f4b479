import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { padme } from "@rookery/envelope";
import { KeyUnavailableError, type MasterKey, unwrapKey, wrapKey } from "../keys/wrap.ts";
import { putSecret, readSecret } from "../store/secret.ts";

const NONCE = 12;
const TAG = 16;
const PREFIX = 4;
/** Bytes that one entry may hold: its row stays below the platform's 2 MB. */
export const MAX_ENTRY_BYTES = 1_600_000;
const SECRET = "vault";

/** An entry as it is read back. */
export interface VaultEntry {
  name: string;
  data: Uint8Array;
}

/** An entry does not open: damaged, moved, or of another key. Nothing is made anew over it. */
export class VaultError extends Error {
  override readonly name = "VaultError";
}

/**
 * What an agent keeps for itself beside its repository, so that nobody reads it without the colony's master key: neither
 * contents nor names, of which rows show a keyed hash; lengths are padded. Everything is synchronous, so entries may be
 * written in the transaction of what they belong to.
 *
 * Layout of an entry: nonce (12) | AES-256-GCM of [length of name and data, name, data, zeros] | tag (16); associated data
 * is kind and id.
 */
export class Vault {
  readonly #sql: SqlStorage;
  readonly #masterKey: MasterKey;
  readonly #did: string;
  #known: { wrapped: Uint8Array; keys: Keys } | undefined;
  /** Changes of each kind in this life of the object, and how many of all a transaction may still undo. */
  readonly #changes = new Map<string, number>();
  #unsettled = 0;

  constructor(sql: SqlStorage, masterKey: MasterKey, did: string) {
    this.#sql = sql;
    this.#masterKey = masterKey;
    this.#did = did;
  }

  /** @throws KeyUnavailableError @throws VaultError */
  get(kind: string, name: string): Uint8Array | undefined {
    const keys = this.#existing();
    if (keys === undefined) return undefined;
    const { kindId, id } = idsOf(keys, kind, name);
    const [row] = this.#sql.exec<{ data: ArrayBuffer }>("SELECT data FROM vault WHERE kind = ? AND id = ?", kindId, id).toArray();
    return row && decrypt(keys.seal, kindId, id, new Uint8Array(row.data)).data;
  }

  /** Whether there is one; it is not opened. */
  has(kind: string, name: string): boolean {
    const keys = this.#existing();
    if (keys === undefined) return false;
    const { kindId, id } = idsOf(keys, kind, name);
    return this.#sql.exec("SELECT 1 FROM vault WHERE kind = ? AND id = ?", kindId, id).toArray().length > 0;
  }

  /**
   * Names the entries of a kind as they are: what follows from them may be remembered for as long as it is the same. Undefined
   * while the transaction that changed something may still be undone, which is until the turn's synchronous part is over.
   */
  revision(kind: string): number | undefined {
    return this.#unsettled > 0 ? undefined : (this.#changes.get(kind) ?? 0);
  }

  /** Put or replace. @throws RangeError for more than {@link MAX_ENTRY_BYTES}. @throws KeyUnavailableError */
  put(kind: string, name: string, data: Uint8Array): void {
    if (data.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${data.length} bytes, at most ${MAX_ENTRY_BYTES}`);
    const keys = this.#open();
    const { kindId, id } = idsOf(keys, kind, name);
    this.#changed(kind);
    this.#sql.exec(
      "INSERT INTO vault (kind, id, data) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data",
      kindId, id, encrypt(keys.seal, kindId, id, name, data),
    );
  }

  /** Whether there was one. */
  delete(kind: string, name: string): boolean {
    const keys = this.#existing();
    if (keys === undefined) return false;
    const { kindId, id } = idsOf(keys, kind, name);
    this.#changed(kind);
    return this.#sql.exec("DELETE FROM vault WHERE kind = ? AND id = ?", kindId, id).rowsWritten > 0;
  }

  /** Every entry of a kind, in no particular order; the caller keeps its kinds small enough for that. @throws VaultError */
  *all(kind: string): Generator<VaultEntry> {
    const keys = this.#existing();
    if (keys === undefined) return;
    const kindId = kindIdOf(keys, kind);
    for (const row of this.#sql.exec<{ id: ArrayBuffer; data: ArrayBuffer }>("SELECT id, data FROM vault WHERE kind = ?", kindId))
      yield decrypt(keys.seal, kindId, new Uint8Array(row.id), new Uint8Array(row.data));
  }

  /** Delete every entry of a kind, also those that do not open. */
  clear(kind: string): void {
    const keys = this.#existing();
    if (keys === undefined) return;
    this.#changed(kind);
    this.#sql.exec("DELETE FROM vault WHERE kind = ?", kindIdOf(keys, kind));
  }

  count(kind: string): number {
    const keys = this.#existing();
    if (keys === undefined) return 0;
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM vault WHERE kind = ?", kindIdOf(keys, kind)).one().n;
  }

  /** JSON of an entry. Its shape is the caller's: what is in the vault was put there by this program. @throws VaultError */
  getJson<T>(kind: string, name: string): T | undefined {
    const data = this.get(kind, name);
    return data === undefined ? undefined : (parse(data) as T);
  }

  /** JSON of every entry of a kind, as `all` and as `getJson`. */
  *allJson<T>(kind: string): Generator<{ name: string; value: T }> {
    for (const { name, data } of this.all(kind)) yield { name, value: parse(data) as T };
  }

  putJson(kind: string, name: string, value: unknown): void {
    this.put(kind, name, new TextEncoder().encode(JSON.stringify(value)));
  }

  /** A secret of this agent that stays the same for ever, 32 bytes, for `label` alone. @throws KeyUnavailableError */
  derive(label: string): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#open().name, "", `rookery vault derived ${label}`, 32));
  }

  #changed(kind: string): void {
    this.#changes.set(kind, (this.#changes.get(kind) ?? 0) + 1);
    this.#unsettled++;
    // Transactions are synchronous: this one is over, kept or undone, before anything that is queued.
    queueMicrotask(() => this.#unsettled--);
  }

  #existing(): Keys | undefined {
    // Read each time: a transaction that made the key and was undone must not leave it in memory.
    const wrapped = readSecret(this.#sql, SECRET);
    if (wrapped === undefined) return undefined;
    if (this.#known !== undefined && Buffer.compare(this.#known.wrapped, wrapped) === 0) return this.#known.keys;
    const key = unwrapKey(this.#masterKey, this.#did, wrapped);
    if (key.length !== 32) throw new KeyUnavailableError(`vault key of ${this.#did} has ${key.length} bytes`);
    this.#known = { wrapped, keys: keysOf(key) };
    return this.#known.keys;
  }

  /** The keys, made with the first entry. */
  #open(): Keys {
    const existing = this.#existing();
    if (existing !== undefined) return existing;
    // A colony that was started with another master key must not put a vault here that its own would never open.
    const [account] = this.#sql.exec<{ signing_key: ArrayBuffer }>("SELECT signing_key FROM account").toArray();
    if (account !== undefined) unwrapKey(this.#masterKey, this.#did, new Uint8Array(account.signing_key));
    const key = new Uint8Array(randomBytes(32));
    putSecret(this.#sql, SECRET, wrapKey(this.#masterKey, this.#did, key));
    return keysOf(key);
  }
}

/** @throws VaultError without its cause: JSON.parse cites what it stumbles over, and errors are logged. */
function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    throw new VaultError("an entry of the vault is no JSON");
  }
}

interface Keys {
  /** As the platform wants them: made once, since there are several uses for every message. */
  seal: KeyObject;
  name: KeyObject;
  /** Ids of kinds, of which this program has a few. */
  kinds: Map<string, Uint8Array>;
}

const keysOf = (key: Uint8Array): Keys => ({ seal: derived(key, "rookery vault seal v1"), name: derived(key, "rookery vault name v1"), kinds: new Map() });

const derived = (key: Uint8Array, label: string): KeyObject => createSecretKey(Buffer.from(hkdfSync("sha256", key, "", label, 32)));

const tagOf = (key: KeyObject, text: string, bytes: number): Uint8Array => new Uint8Array(createHmac("sha256", key).update(text).digest().subarray(0, bytes));

function kindIdOf({ name: key, kinds }: Keys, kind: string): Uint8Array {
  const known = kinds.get(kind) ?? tagOf(key, kind, 8);
  kinds.set(kind, known);
  return known;
}

const idsOf = (keys: Keys, kind: string, name: string): { kindId: Uint8Array; id: Uint8Array } => ({ kindId: kindIdOf(keys, kind), id: tagOf(keys.name, `${kind}\0${name}`, 16) });

function encrypt(key: KeyObject, kindId: Uint8Array, id: Uint8Array, name: string, data: Uint8Array): Uint8Array {
  const label = Buffer.from(name);
  const plain = Buffer.alloc(padme(2 * PREFIX + label.length + data.length));
  plain.writeUInt32BE(label.length, 0);
  plain.writeUInt32BE(data.length, PREFIX);
  label.copy(plain, 2 * PREFIX);
  plain.set(data, 2 * PREFIX + label.length);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.concat([kindId, id]));
  return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

function decrypt(key: KeyObject, kindId: Uint8Array, id: Uint8Array, row: Uint8Array): VaultEntry {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, row.subarray(0, NONCE));
    decipher.setAAD(Buffer.concat([kindId, id]));
    decipher.setAuthTag(row.subarray(row.length - TAG));
    const plain = Buffer.concat([decipher.update(row.subarray(NONCE, row.length - TAG)), decipher.final()]);
    const from = 2 * PREFIX + plain.readUInt32BE(0);
    return { name: plain.toString("utf8", 2 * PREFIX, from), data: new Uint8Array(plain.subarray(from, from + plain.readUInt32BE(PREFIX))) };
  } catch {
    throw new VaultError("an entry of the vault does not open");
  }
}
