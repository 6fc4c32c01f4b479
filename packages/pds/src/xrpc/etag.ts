/** The ETag of what has this CID. */
const etagOf = (cid: string): string => `"${cid}"`;

/** Whether an If-None-Match names this tag: a list, weak or not, or all there are (RFC 9110, 13.1.2). */
export const namesTag = (header: string | null, tag: string): boolean =>
  header !== null && header.split(",").some((part) => {
    const one = part.trim();
    return one === "*" || one === tag || one === `W/${tag}`;
  });

/** What is addressed by content is sent with its CID as ETag, and not again to whoever has it: 304. */
export const unlessUnchanged = (request: Request, cid: string, make: () => Response): Response => {
  const tag = etagOf(cid);
  const response = namesTag(request.headers.get("if-none-match"), tag) ? new Response(null, { status: 304 }) : make();
  response.headers.set("etag", tag);
  return response;
};
