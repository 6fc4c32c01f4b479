/** The ETag of what is addressed by this CID. */
export const tagOf = (cid: string): string => `"${cid}"`;

/** Whether an If-None-Match (a list, tags weak or not, or `*` for all there are; RFC 9110, 13.1.2) names this tag. */
export const namesTag = (header: string | null | undefined, tag: string): boolean =>
  header !== null && header !== undefined && header.split(",").some((part) => ["*", tag, `W/${tag}`].includes(part.trim()));
