import { isLoopbackHost, isPublicHost } from "@rookery/sync";
import { type PeerKind, isUpstreamKind } from "./peer-row.ts";

/** Where a peer is: the name of its row, and its origin. */
export interface PeerAddress {
  name: string;
  origin: string;
}

/** Path of the stream when a URL of a relay or Jetstream names none. */
const STREAM_PATH = { relay: "/xrpc/com.atproto.sync.subscribeRepos", jetstream: "/subscribe" } as const;

/**
 * Where the admin's `url` points to: an origin for a colony or host, the URL of a stream for a relay or Jetstream. A bare
 * host name means https. Production knows public hosts over https only; on loopback this machine's own names over http too.
 * @returns a sentence when it is no such address.
 */
export const peerAddress = (kind: PeerKind, text: string, allowLoopback: boolean): PeerAddress | string => {
  const shown = JSON.stringify(text.slice(0, 200));
  const spelled = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isLoopbackHost(hostnameOf(text)) ? "http" : "https"}://${text}`;
  if (!URL.canParse(spelled)) return `${shown} is no URL`;
  const url = new URL(spelled);
  const upstream = isUpstreamKind(kind);
  const secure = url.protocol === "https:" || (upstream && url.protocol === "wss:");
  if (!secure && url.protocol !== "http:" && !(upstream && url.protocol === "ws:")) return `${shown} must begin with https://`;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return `${shown} must have no user, query or fragment`;
  const refused = refuseHost(url, secure, allowLoopback);
  if (refused !== undefined) return `${shown}: ${refused}`;
  const origin = `${secure ? "https" : "http"}://${url.host}`;
  if (!upstream) return url.pathname === "/" ? { name: url.host, origin } : `${shown} must have no path: a ${kind} is a whole host`;
  const path = url.pathname === "/" ? STREAM_PATH[kind] : url.pathname;
  return { name: `${secure ? "wss" : "ws"}://${url.host}${path}`, origin };
};

const refuseHost = ({ hostname, port }: URL, secure: boolean, allowLoopback: boolean): string | undefined => {
  if (isLoopbackHost(hostname)) return allowLoopback ? undefined : "this machine's own names are for colonies on loopback";
  if (!isPublicHost(hostname)) return `${hostname} is no public host name`;
  if (!secure) return "http is for loopback; use https";
  return port === "" ? undefined : "public hosts have no port";
};

const hostnameOf = (text: string): string => (URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : "");
