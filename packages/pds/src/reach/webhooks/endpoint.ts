import { type Outcome, fail, isLoopbackHost, isPublicHost, ok } from "@rookery/sync";

/**
 * The URL of an endpoint that a colony may call: https on a public host. A colony on this machine's loopback may also call
 * others there, and without TLS. No addresses, no private names, no credentials. Errors: `HostNotAllowed`, `InvalidRequest` (400).
 */
export function endpointOf(text: string, isLoopbackColony: boolean): Outcome<string> {
  if (!URL.canParse(text)) return fail(400, "InvalidRequest", "url is no URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return fail(400, "InvalidRequest", "url must have no user name and no password");
  const isOwn = isLoopbackColony && isLoopbackHost(url.hostname);
  if (url.protocol !== "https:" && !(isOwn && url.protocol === "http:")) return fail(400, "HostNotAllowed", "url must be https");
  if (!isOwn && !isPublicHost(url.hostname)) return fail(400, "HostNotAllowed", `${url.hostname} is not the name of a public host`);
  url.hash = "";
  return ok(url.href);
}
