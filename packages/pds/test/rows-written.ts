/** What was written since {@link countRows}, by SQLite's own count: rows of tables and of indexes. */
export interface RowsWritten {
  /** Rows in all. */
  total(): number;
  /** Rows that were read meanwhile, looked at in vain or not. */
  read(): number;
  /** Rows by the beginning of their statement, for whoever wonders where they come from. */
  byStatement(): Map<string, number>;
  stop(): void;
}

/** Count the rows that an object's statements write from now on. */
export function countRows(sql: SqlStorage): RowsWritten {
  const cursors: { statement: string; cursor: { rowsWritten: number; rowsRead: number } }[] = [];
  const exec = sql.exec.bind(sql);
  const counting: SqlStorage["exec"] = (statement, ...bindings) => {
    const cursor = exec(statement, ...bindings);
    // Looked at when asked for, since a cursor counts until it has been read to its end.
    cursors.push({ statement, cursor });
    // Named boundary: the type of the rows is the caller's to say.
    return cursor as never;
  };
  Object.defineProperty(sql, "exec", { value: counting, configurable: true, writable: true });
  return {
    total: () => cursors.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0),
    read: () => cursors.reduce((sum, { cursor }) => sum + cursor.rowsRead, 0),
    byStatement: () => {
      const rows = new Map<string, number>();
      for (const { statement, cursor } of cursors) {
        const name = statement.split(/\s+/).slice(0, 3).join(" ");
        if (cursor.rowsWritten > 0) rows.set(name, (rows.get(name) ?? 0) + cursor.rowsWritten);
      }
      return rows;
    },
    stop: () => void Reflect.deleteProperty(sql, "exec"),
  };
}
