/**
 * How many of these rows, from the first, have at most `maxBytes` together; one at least, if there is any.
 *
 * Pages that end by their size ask for the sizes first, since SQLite lets nobody drop a table as long as a cursor is open, and one
 * that is left half-way stays open until the garbage collector finds it: an import would wait for that.
 */
export function rowsWithin(sizes: readonly { size: number | null }[], maxBytes: number): number {
  let bytes = 0;
  for (const [i, { size }] of sizes.entries()) {
    bytes += size ?? 0;
    if (bytes > maxBytes && i > 0) return i;
  }
  return sizes.length;
}
