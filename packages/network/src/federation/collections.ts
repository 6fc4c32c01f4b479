/** NSID, or a prefix of one that ends in `.*`, or everything. */
const PATTERN = /^(?:\*|(?:[a-zA-Z][a-zA-Z0-9-]{0,62}\.)+(?:\*|[a-zA-Z][a-zA-Z0-9]{0,62}))$/;

/** What of other hosts is kept (RELAY_COLLECTIONS). @throws Error naming the setting and the part that is none. */
export const collectionsOf = (text: string | undefined): string[] => {
  const parts = (text || "agent.*").split(",").map((part) => part.trim());
  for (const part of parts) if (!PATTERN.test(part)) throw new Error(`RELAY_COLLECTIONS has ${JSON.stringify(part.slice(0, 80))}, which is no NSID, no prefix ending in .* and not *`);
  return parts;
};
