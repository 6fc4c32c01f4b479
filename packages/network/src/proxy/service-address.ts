import { isLoopbackHost } from "@rookery/sync";

/** Another service that this colony knows by its settings. */
export interface ServiceAddress {
  /** Origin, e.g. `https://api.bsky.app`. */
  url: string;
  did: string;
}

const DID = /^did:(?:plc:[a-z2-7]{24}|web:[a-zA-Z0-9.%-]{1,260})$/;

/**
 * A setting of the form `URL#DID`, e.g. `https://api.bsky.app#did:web:api.bsky.app`; undefined when there is none. The operator
 * names the address, so it may be an internal one; http is for this machine's own names, tokens would be readable on the way.
 * @throws Error naming the setting.
 */
export const readServiceAddress = (setting: string, text: string | undefined): ServiceAddress | undefined => {
  if (!text) return undefined;
  const [address = "", did = "", ...rest] = text.split("#");
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === "http:" && isLoopbackHost(url.hostname);
  if (url === undefined || (url.protocol !== "https:" && !isPlain) || url.pathname !== "/" || url.search !== "" || url.username !== "" || !DID.test(did) || rest.length > 0)
    throw new Error(`${setting} must be the URL of a host and its DID, as in https://api.example.com#did:web:api.example.com, is ${text}`);
  return { url: url.origin, did };
};
