/**
 * Browsers may call every XRPC method from anywhere: nothing here rests on cookies. Errors carry the headers
 * too, or a page could not read what went wrong.
 */
const EXPOSED = [
  "Accept-Ranges",
  "Atproto-Content-Labelers",
  "Atproto-Repo-Rev",
  "Atproto-Upstream-Lag",
  "Content-Length",
  "Content-Disposition",
  "Content-Range",
  "ETag",
  "RateLimit-Limit",
  "RateLimit-Policy",
  "RateLimit-Remaining",
  "RateLimit-Reset",
  "Retry-After",
  "WWW-Authenticate",
].join(", ");

/** An answer that pages of every origin may read, headers included. */
export const withCors = (response: Response): Response => {
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("access-control-expose-headers", EXPOSED);
  return response;
};

/** Answer to OPTIONS. `*` would not cover Authorization, so the asked headers are named back (Fetch, CORS protocol). */
export const preflight = (request: Request): Response =>
  new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD, POST, DELETE, OPTIONS",
      "access-control-allow-headers":
        request.headers.get("access-control-request-headers") ?? "authorization, content-type, idempotency-key",
      "access-control-max-age": "86400",
      vary: "Access-Control-Request-Headers",
    },
  });
