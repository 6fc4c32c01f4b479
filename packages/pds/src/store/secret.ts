/** Keys of the agent's own, each wrapped under the colony's master key (keys/wrap.ts). */

/** A wrapped key by its name; undefined when there is none. */
export function readSecret(sql: SqlStorage, name: string): Uint8Array | undefined {
  const [row] = sql.exec<{ wrapped: ArrayBuffer }>("SELECT wrapped FROM secret WHERE name = ?", name).toArray();
  return row && new Uint8Array(row.wrapped);
}

/** Keep a wrapped key; an earlier one of that name is replaced. */
export function putSecret(sql: SqlStorage, name: string, wrapped: Uint8Array): void {
  sql.exec("INSERT INTO secret (name, wrapped) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped", name, wrapped);
}

/** Every wrapped key by its name. */
export function listSecrets(sql: SqlStorage): { name: string; wrapped: Uint8Array }[] {
  const rows = sql.exec<{ name: string; wrapped: ArrayBuffer }>("SELECT name, wrapped FROM secret ORDER BY name").toArray();
  return rows.map(({ name, wrapped }) => ({ name, wrapped: new Uint8Array(wrapped) }));
}

/** It is not needed any more. */
export function deleteSecret(sql: SqlStorage, name: string): void {
  sql.exec("DELETE FROM secret WHERE name = ?", name);
}
