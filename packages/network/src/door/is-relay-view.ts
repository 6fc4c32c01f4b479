import { isLoopbackHost } from "@rookery/sync";

/**
 * Whether a request was sent to the relay view's host, and not to the origin. On loopback the port says it, since this machine
 * has many names.
 * @param relayOrigin undefined when there is no relay view.
 */
export const isRelayView = (url: URL, relayOrigin: string | undefined): boolean => {
  if (relayOrigin === undefined) return false;
  const relay = relayAt(relayOrigin);
  // A name may end in the dot of the DNS root.
  const hostname = url.hostname.replace(/\.$/, "");
  // Behind a proxy that ends TLS the scheme differs, and neither names a port.
  if (hostname === relay.hostname && url.port === relay.port) return true;
  return isLoopbackHost(relay.hostname) && isLoopbackHost(hostname) && portOf(url) === portOf(relay);
};

let last: { origin: string; relay: Pick<URL, "hostname" | "port" | "protocol"> } | undefined;

/** Of an origin that is the same with every request, taken apart once. */
const relayAt = (origin: string): Pick<URL, "hostname" | "port" | "protocol"> => {
  if (last?.origin !== origin) {
    const { hostname, port, protocol } = new URL(origin);
    last = { origin, relay: { hostname, port, protocol } };
  }
  return last.relay;
};

const portOf = ({ port, protocol }: Pick<URL, "port" | "protocol">): string => (port === "" ? (protocol === "https:" ? "443" : "80") : port);
