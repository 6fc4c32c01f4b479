/**
 * What an account's DID document is to say instead. One at a time, written down before anybody is asked.
 *
 * - `signing-key`: `add` (did:key) signs the account's commits from then on; its private half is in `secret`.
 * - `recovery-key`: `add` (did:key) comes first among the rotation keys, and `remove` goes from them; each may be null.
 */
export type DidChange = { kind: "signing-key"; add: string } | { kind: "recovery-key"; add: string | null; remove: string | null };

/**
 * How far a change has come. `planned`: nothing was posted, or what was posted will have no effect. `posting`: something may
 * have been posted, so it is not known which key the document names. `settling`: it is done here, and the registry is to be told.
 */
export type DidChangeStep = "planned" | "posting" | "settling";

/** A change with its state. */
export interface DidChangeRow {
  change: DidChange;
  step: DidChangeStep;
  /** Milliseconds since 1970 at which it was asked for, and at which something was last posted. */
  began: number;
  posted: number | null;
  /** Why it is not done yet; null when nothing went wrong. */
  reason: string | null;
}

interface Row extends Record<string, SqlStorageValue> {
  kind: string;
  add_key: string | null;
  remove_key: string | null;
  step: string;
  began: number;
  posted: number | null;
  reason: string | null;
}

/** The change that is under way. @throws Error for a row that this program did not write. */
export function readDidChange(sql: SqlStorage): DidChangeRow | undefined {
  const [row] = sql.exec<Row>("SELECT kind, add_key, remove_key, step, began, posted, reason FROM did_change").toArray();
  if (row === undefined) return undefined;
  const { kind, add_key: add, remove_key: remove, step, began, posted, reason } = row;
  if (step !== "planned" && step !== "posting" && step !== "settling") throw new Error(`a change of the DID is at an unknown step: ${step}`);
  const state = { step, began, posted, reason } as const;
  if (kind === "recovery-key") return { change: { kind, add, remove }, ...state };
  if (kind === "signing-key" && add !== null) return { change: { kind, add }, ...state };
  throw new Error(`a change of the DID is of an unknown kind: ${kind}`);
}

/** Write it down, in place of one before. */
export function putDidChange(sql: SqlStorage, { change, step, began, posted, reason }: DidChangeRow): void {
  const remove = change.kind === "recovery-key" ? change.remove : null;
  sql.exec(
    "INSERT OR REPLACE INTO did_change (id, kind, add_key, remove_key, step, began, posted, reason) VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
    change.kind, change.add, remove, step, began, posted, reason,
  );
}

/** There is none any more. */
export function deleteDidChange(sql: SqlStorage): void {
  sql.exec("DELETE FROM did_change");
}
