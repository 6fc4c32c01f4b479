import { isLoopbackHost } from "@rookery/sync";

/** Origin of a peer's host by its name: https, and http on loopback, where names have ports (federation/peer-address.ts). */
export const originOf = (host: string): string => {
  const { hostname } = new URL(`http://${host}`);
  return `${isLoopbackHost(hostname) ? "http" : "https"}://${host}`;
};

/** A host name as it may be given to requestCrawl and getHostStatus: in lower case, and without what a URL has around it. */
export const hostNameOf = (text: string): string => {
  const spelled = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(spelled) ? new URL(spelled).host : text.toLowerCase();
};
