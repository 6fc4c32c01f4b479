import { tagOf } from "../reading/etag.ts";

/**
 * Headers of what was read from a repository: its rev, and the CID that names the content. What stands before us may pack it on its
 * way, under the same tag: caches must tell the forms apart (RFC 9110, 12.5.5).
 */
export const contentHeaders = ({ cid, rev }: { cid?: string; rev: string }): Record<string, string> => ({
  "atproto-repo-rev": rev,
  ...(cid === undefined ? {} : { etag: tagOf(cid), vary: "Accept-Encoding" }),
});

/** 304: the client has it already. */
export const unchanged = (headers: Record<string, string>): Response => new Response(null, { status: 304, headers });

/** What the client has, for the object to compare. */
export const tagsOf = (request: Request): { has?: string } => {
  const has = request.headers.get("if-none-match");
  return has === null ? {} : { has };
};
