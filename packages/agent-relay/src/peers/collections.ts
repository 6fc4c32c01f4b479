/** A check whether an NSID is in one of the collections: whole NSIDs, prefixes ending in `.*`, or `*` for all. */
export function collectionFilter(collections: readonly string[]): (nsid: string) => boolean {
  if (collections.includes("*")) return () => true;
  const whole = new Set(collections.filter((pattern) => !pattern.endsWith(".*")));
  const prefixes = collections.filter((pattern) => pattern.endsWith(".*")).map((pattern) => pattern.slice(0, -1));
  return (nsid) => whole.has(nsid) || prefixes.some((prefix) => nsid.startsWith(prefix));
}

/** Collection of a record's path (`collection/rkey`). */
export const collectionOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));
