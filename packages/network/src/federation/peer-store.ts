import { MAX_PEERS, MAX_UNINVITED } from "./limits.ts";
import { type PeerRow, type StoredPeer, fromStored, toStored } from "./peer-row.ts";

const COLUMNS = [
  "name", "kind", "origin", "did", "public_key", "relay", "handle_domains", "trust", "allow_agents", "direction", "approved", "blocked",
  "verified_at", "theirs", "reason", "listening", "ending_at", "attempts", "next_attempt_at", "created_at", "updated_at",
] as const satisfies readonly (keyof StoredPeer)[];

const INSERT = `INSERT INTO peer (${COLUMNS.join(", ")}) SELECT ${COLUMNS.map(() => "?").join(", ")}
  WHERE (SELECT count(*) FROM peer) < ? AND (? OR (SELECT count(*) FROM peer WHERE approved = 0 AND blocked = 0) < ?)
  ON CONFLICT DO NOTHING`;

/** `nextAttemptAt` → `next_attempt_at` */
const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Facts about a peer that one step changes; the others stay as they are, whoever changed them meanwhile. */
export type PeerChange = Partial<Omit<PeerRow, "name" | "createdAt" | "updatedAt">>;

/** The colony's peers, in D1. */
export class PeerStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** A peer by its name, or by the DID of its colony. */
  async find(nameOrDid: string): Promise<PeerRow | undefined> {
    const row = await this.#db.prepare("SELECT * FROM peer WHERE name = ? OR did = ?").bind(nameOrDid, nameOrDid).first<StoredPeer>();
    return row === null ? undefined : fromStored(row);
  }

  /** Every peer, by name; bounded by {@link MAX_PEERS}. */
  async all(): Promise<PeerRow[]> {
    const found = await this.#db.prepare("SELECT * FROM peer ORDER BY name LIMIT ?").bind(MAX_PEERS).all<StoredPeer>();
    return found.results.map(fromStored);
  }

  /**
   * Write a new peer down. False when there is one of this name already, or there are too many.
   * @param isGuest it came by itself and nobody wished for it: fewer of those are taken.
   */
  async add(row: PeerRow, isGuest: boolean): Promise<boolean> {
    const stored = toStored(row);
    const bounds = [MAX_PEERS, Number(!isGuest), MAX_UNINVITED];
    const result = await this.#db.prepare(INSERT).bind(...COLUMNS.map((column) => stored[column]), ...bounds).run();
    return result.meta.changes === 1;
  }

  /** Change facts about a peer. @returns the row as it is now; undefined when it is gone. */
  async change(row: PeerRow, change: PeerChange, now: number): Promise<PeerRow | undefined> {
    const next = toStored({ ...row, ...change, updatedAt: now });
    const given = new Set(Object.keys({ ...change, updatedAt: now }).map(columnOf));
    const changed = COLUMNS.filter((column) => given.has(column));
    const set = changed.map((column) => `${column} = ?`).join(", ");
    const stored = await this.#db
      .prepare(`UPDATE peer SET ${set} WHERE name = ? RETURNING *`)
      .bind(...changed.map((column) => next[column]), row.name)
      .first<StoredPeer>();
    return stored === null ? undefined : fromStored(stored);
  }

  /** Let a row go, unless its admin or its colony wished otherwise meanwhile, or something listens. @returns whether it is gone. */
  async remove({ name, endingAt, approved }: PeerRow): Promise<boolean> {
    const result = await this.#db
      .prepare("DELETE FROM peer WHERE name = ? AND ending_at IS ? AND approved = ? AND listening = 0")
      .bind(name, endingAt, Number(approved))
      .run();
    return result.meta.changes === 1;
  }
}
