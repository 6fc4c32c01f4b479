import { type Handler, fault, invalid, json } from "@rookery/pds";
import { configOf } from "../config.ts";
import { envOf } from "../host/host.ts";

/**
 * /tls-check?domain=: whether a proxy that stands in front is to get a certificate for this name, which it asks before it does
 * (Caddy's `on_demand_tls`). The route and its words are those of the official distribution (github.com/bluesky-social/pds), whose
 * Caddyfile works with a colony: yes for the colony's own names and for handles under its domains whose account takes part.
 */
export const tlsCheck: Handler = async ({ url, host }) => {
  const [domain, ...more] = url.searchParams.getAll("domain").map((name) => name.toLowerCase());
  if (domain === undefined || domain === "" || more.length > 0) return invalid("bad or missing domain query param");
  const { origin, relayOrigin = origin } = configOf(envOf(host));
  if ([origin, relayOrigin].some((own) => new URL(own).hostname === domain)) return json({ success: true });
  if (!host.handleDomains.some((suffix) => domain.endsWith(suffix))) return invalid("handles are not provided on this domain");
  const agent = await host.find(domain);
  return agent === undefined || agent.status !== undefined ? fault(404, "NotFound", "handle not found for this domain") : json({ success: true });
};
