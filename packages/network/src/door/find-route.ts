import { fault, invalid } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { isValidNsid } from "@atproto/syntax";
import type { AnyRoute } from "./route.ts";

/** The row of the table that a request leads to. */
export interface Found {
  route: AnyRoute;
  /** Values of the path's `:name` segments. */
  segments: Record<string, string>;
}

/** The table, indexed: exact paths in a map, the few with segments in a list. */
export class RouteIndex {
  readonly #exact = new Map<string, AnyRoute>();
  readonly #patterns: { route: AnyRoute; parts: string[] }[] = [];

  constructor(routes: AnyRoute[]) {
    for (const route of routes) {
      if (route.path.includes(":")) this.#patterns.push({ route, parts: route.path.split("/") });
      else this.#exact.set(`${route.method} ${route.path}`, route);
    }
  }

  /** The row for a request, or the reference's answer to a path or method that has none. */
  find(method: string, path: string): Found | XrpcFault {
    const asked = method === "HEAD" ? "GET" : method;
    const route = this.#exact.get(`${asked} ${path}`);
    if (route !== undefined) return { route, segments: {} };
    return this.#refuseMethod(asked, path) ?? this.#findPattern(asked, path) ?? this.#refuse(path);
  }

  #findPattern(asked: string, path: string): Found | undefined {
    const parts = path.split("/");
    for (const pattern of this.#patterns) {
      const segments = pattern.route.method === asked ? match(pattern.parts, parts) : undefined;
      if (segments !== undefined) return { route: pattern.route, segments };
    }
    return undefined;
  }

  /** What is here is asked by another method; or the path names no method at all. */
  #refuseMethod(method: string, path: string): XrpcFault | undefined {
    const allowed = ["GET", "POST", "DELETE"].filter((other) => this.#exact.has(`${other} ${path}`));
    const [expected] = allowed;
    const plain = expected !== undefined && "plain" in (this.#exact.get(`${expected} ${path}`) ?? {});
    // Event streams (specs/event-stream) and plain paths answer as HTTP does, XRPC methods as the reference does.
    if (expected !== undefined) {
      const message = `Incorrect HTTP method (${method}) expected ${expected}`;
      if (!plain && path.startsWith("/xrpc/")) return invalid(message);
      // RFC 9110, 15.5.6. Whoever may GET may ask for the head alone.
      return { ...fault(405, "MethodNotAllowed", message), allow: allowed.map((one) => (one === "GET" ? "GET, HEAD" : one)).join(", ") };
    }
    return path.startsWith("/xrpc/") && !isValidNsid(path.slice("/xrpc/".length)) ? invalid(`invalid xrpc path: ${path}`) : undefined;
  }

  #refuse(path: string): XrpcFault {
    if (!path.startsWith("/xrpc/")) return fault(404, "NotFound", `Nothing here: ${path}`);
    if (this.#findPattern("GET", path) !== undefined) return invalid("XRPC requests only supports GET and POST");
    return fault(501, "MethodNotImplemented", `Method Not Implemented: ${path.slice("/xrpc/".length)}`);
  }
}

const match = (pattern: string[], parts: string[]): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [i, want] of pattern.entries()) {
    const part = parts[i] ?? "";
    if (want.startsWith(":")) {
      if (part === "") return undefined;
      try {
        segments[want.slice(1)] = decodeURIComponent(part);
      } catch {
        return undefined;
      }
    } else if (want !== part) return undefined;
  }
  return segments;
};
