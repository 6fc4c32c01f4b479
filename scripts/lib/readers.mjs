import { isIP } from "node:net";
import { isLoopbackUrl } from "./ports.mjs";
import { Refusal } from "./refusal.mjs";

/** What an option's text may be. Each answers with the value or throws a Refusal that carries the text. */

/** @param {string} text */
export const readPort = (text) => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new Refusal(`not a port from 1 to 65535: ${JSON.stringify(text)}.`);
  return port;
};

/** A port, or 0 for none. @param {string} text */
export const readPortOrOff = (text) => (text === "0" || text === "off" ? 0 : readPort(text));

/** A host name, with its port if it needs one. @param {string} text */
export const readHostname = (text) => {
  if (!URL.canParse(`http://${text}`) || new URL(`http://${text}`).host !== text) throw new Refusal(`not a host name: ${JSON.stringify(text)}.`);
  return text;
};

/** Name of a header, or `off`. @param {string} text */
export const readHeaderName = (text) => {
  if (!/^[A-Za-z0-9-]+$/.test(text)) throw new Refusal(`not the name of a header: ${JSON.stringify(text)}.`);
  return text;
};

/** NSIDs or prefixes ending in `.*`, separated by commas, or `*` for everything. @param {string} text */
export const readCollections = (text) => {
  for (const part of text.split(",")) {
    if (!/^(?:\*|(?:[a-zA-Z][a-zA-Z0-9-]{0,62}\.)+(?:\*|[a-zA-Z][a-zA-Z0-9]{0,62}))$/.test(part.trim())) throw new Refusal(`a collection is an NSID, a prefix ending in .*, or *: ${JSON.stringify(part)}.`);
  }
  return text;
};

/** Origins of relays, separated by commas. @param {string} text */
export const readOrigins = (text) => text.split(",").map((part) => readOrigin(part.trim())).join(",");

/** Another service: its origin and its DID. @param {string} text */
export const readService = (text) => {
  const [url = "", did = "", ...rest] = text.split("#");
  const shown = JSON.stringify(text);
  if (!/^did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.%-]+)$/.test(did) || rest.length > 0) throw new Refusal(`a service is its URL and its DID, as in https://api.bsky.app#did:web:api.bsky.app: ${shown}.`);
  if (!readOrigin(url).startsWith("https:") && !isLoopbackUrl(url)) throw new Refusal(`a service elsewhere is asked over https, since it is told tokens: ${shown}.`);
  return `${url}#${did}`;
};

/** A loopback address: the colony has no TLS of its own and is not meant to be reached directly from outside. @param {string} text */
export const readLoopback = (text) => {
  if (text === "localhost") return "127.0.0.1";
  if ((isIP(text) === 4 && text.startsWith("127.")) || text === "::1") return text;
  throw new Refusal(`only a loopback address is served: ${JSON.stringify(text)}. To publish a colony, put a TLS proxy in front and give --origin.`);
};

/** @param {string} text @returns The URL without a trailing slash. */
export const readHttpUrl = (text) => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new Refusal(`not an http(s) URL, which begins with http:// or https://: ${JSON.stringify(text)}.`);
  return text.replace(/\/+$/, "");
};

/** @param {string} text */
export const readUrlOrOff = (text) => (text === "off" ? text : readHttpUrl(text));

/** @param {string} text */
export const readOrigin = (text) => {
  const url = readHttpUrl(text);
  if (new URL(url).origin !== url) throw new Refusal(`an origin has no path: ${JSON.stringify(text)}.`);
  return url;
};

/** A positive number, fractions allowed. @param {string} text */
export const readAmount = (text) => {
  const amount = Number(text);
  if (text.trim() === "" || !Number.isFinite(amount) || amount <= 0) throw new Refusal(`not a positive number: ${JSON.stringify(text)}.`);
  return amount;
};

/** Largest blob that the Worker takes (packages/network/src/host/blob-limit.ts), in bytes. */
const MAX_BLOB_LIMIT = 100_000_000;

/** @param {string} text */
export const readBlobLimit = (text) => {
  const bytes = Number(text);
  if (!/^\d+$/.test(text) || bytes < 1 || bytes > MAX_BLOB_LIMIT) throw new Refusal(`a blob may have 1 to ${MAX_BLOB_LIMIT} bytes: ${JSON.stringify(text)}.`);
  return bytes;
};

/** A public key; whether it is one of a curve that PLC takes is judged by the Worker. @param {string} text */
export const readDidKey = (text) => {
  if (!/^did:key:z[1-9A-HJ-NP-Za-km-z]{40,60}$/.test(text)) throw new Refusal(`not a did:key: ${JSON.stringify(text)}.`);
  return text;
};

/** @param {string} text @returns An ISO datetime. */
export const readDate = (text) => {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Refusal(`not a date, as in 2026-01-31: ${JSON.stringify(text)}.`);
  return new Date(time).toISOString();
};

/** One or more domains with their leading dot, separated by commas. @param {string} text */
export const readHandleDomains = (text) => {
  for (const domain of text.split(",")) {
    if (!/^(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(domain)) throw new Refusal(`a handle domain looks like .test or .example.com: ${JSON.stringify(domain)}.`);
  }
  return text;
};

/** @param {string} text */
export const readPassword = (text) => {
  if (text === "" || text !== text.trim()) throw new Refusal("at least one character, without spaces around it.");
  return text;
};

/** A level of trust in other colonies, as in packages/network/src/federation/policy.ts. @param {string} text */
export const readPeering = (text) => {
  if (!["open", "verified", "allowlist", "private"].includes(text)) throw new Refusal(`open, verified, allowlist or private: ${JSON.stringify(text)}.`);
  return text;
};
