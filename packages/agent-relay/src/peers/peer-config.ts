import { isLoopbackHost, isPublicHost } from "@rookery/sync";
import type { PeerConfig } from "./peer-api.ts";

/** Agents that one peer's settings may name, and collections. */
const MAX_LISTED = 10_000;

/** What is wrong with a peer's settings; undefined when nothing is. `name` is that of the object: one object, one host. */
export function faultOfConfig({ host, origin, collections, allowAgents = [] }: PeerConfig, name: string | undefined, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(origin)) return `not an origin: ${origin.slice(0, 200)}`;
  const url = new URL(origin);
  if (url.origin !== origin || url.host !== host) return `${origin.slice(0, 200)} is not the origin of ${host.slice(0, 200)}`;
  if (name !== undefined && name !== host) return `this object is for ${name}, not for ${host}`;
  const isPublic = url.protocol === "https:" && isPublicHost(url.hostname);
  const isHere = allowLoopback && (url.protocol === "http:" || url.protocol === "https:") && isLoopbackHost(url.hostname);
  if (!isPublic && !isHere) return `${origin.slice(0, 200)} is not a public host over https`;
  if (collections.length > MAX_LISTED || allowAgents.length > MAX_LISTED) return `more than ${MAX_LISTED} collections or agents`;
  return undefined;
}
