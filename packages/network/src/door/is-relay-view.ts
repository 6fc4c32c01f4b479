import { isLoopbackHost } from "@rookery/sync";

/**
 * Whether a request was sent to the relay view's host, and not to the origin. On loopback the port says it, since this machine
 * has many names.
 * @param relayOrigin undefined when there is no relay view.
 */
export const isRelayView = (url: URL, relayOrigin: string | undefined): boolean => {
  if (relayOrigin === undefined) return false;
  const { origin } = url;
  if (lastAsked?.origin !== origin || lastAsked.relayOrigin !== relayOrigin) lastAsked = { origin, relayOrigin, leadsThere: leadsTo(relayOrigin, url) };
  return lastAsked.leadsThere;
};

/** Nearly every request is sent to where the one before it was, and each part of a URL is a call into the platform. */
let lastAsked: { origin: string; relayOrigin: string; leadsThere: boolean } | undefined;

const leadsTo = (relayOrigin: string, url: URL): boolean => {
  const relay = new URL(relayOrigin);
  // A name may end in the dot of the DNS root.
  const hostname = url.hostname.replace(/\.$/, "");
  // Behind a proxy that ends TLS the scheme differs, and neither names a port.
  if (hostname === relay.hostname && url.port === relay.port) return true;
  return isLoopbackHost(relay.hostname) && isLoopbackHost(hostname) && portOf(url) === portOf(relay);
};

const portOf = ({ port, protocol }: URL): string => (port === "" ? (protocol === "https:" ? "443" : "80") : port);
