import disposable from "disposable-email-domains-js/dist/dict/disposable_email_blocklist.json";

/** RFC 5321, 4.5.3.1: longest address, in UTF-16 units, and longest part before the sign, in bytes. */
const MAX_ADDRESS = 254;
const MAX_LOCAL_BYTES = 64;

/** RFC 5321 and 6531: an atom of the part before the sign; quoted parts are not taken, as in the reference. */
const ATOM = /^(?:[\w!#$%&'*+\-/=?^`{|}~]|[^\p{ASCII}])+$/u;

/** RFC 1035, 2.3.1: a label of a domain name, and the last one, which begins with a letter. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const LAST_LABEL = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What a URL would take for something else than a part of its host. */
const NO_HOST = /[\p{Cc} @:/\\#!$&'()*+,;=?%]/u;

/** A domain name with its foreign letters in punycode. */
const asciiDomain = (domain: string): string => (URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).host : domain);

const isDomain = (domain: string): boolean => {
  if (domain === "" || domain.length > 256 || NO_HOST.test(domain)) return false;
  const labels = asciiDomain(domain.normalize("NFC")).split(".");
  return labels.length >= 2 && labels.every((label, i) => (i < labels.length - 1 ? LABEL : LAST_LABEL).test(label));
};

/** Whether mail can be sent there, as far as the text tells: the rules of the reference (@hapi/address). */
export const isMailAddress = (text: string): boolean => {
  if (text.length > MAX_ADDRESS) return false;
  const [local = "", domain = "", ...more] = text.normalize("NFC").split("@");
  if (more.length > 0 || Buffer.byteLength(local) > MAX_LOCAL_BYTES) return false;
  return local.split(".").every((atom) => ATOM.test(atom)) && isDomain(domain);
};

/** Whether the address is of a host whose addresses are thrown away after use, by the list that the reference uses. Case does not matter. */
export const isDisposable = (address: string): boolean => disposable.includes(address.slice(address.lastIndexOf("@") + 1).trim().toLowerCase());

/** Whether an account may have this address. */
export const isAcceptable = (address: string): boolean => isMailAddress(address) && !isDisposable(address);
