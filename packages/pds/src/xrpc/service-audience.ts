const PLC = /^did:plc:[a-z2-7]{24}$/;
/** Characters of a did:web's host (DID Core, idchar); no path, a port for localhost alone. */
const WEB = /^did:web:(?:[a-zA-Z0-9._-]|%[0-9A-Fa-f]{2})+$/;
const PORT = /%3A/i;
/** RFC 3986, fragment. */
const FRAGMENT = /^(?:[a-zA-Z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+$/;

/** Whether a text is a DID of the AT Protocol: did:plc, or did:web of a whole host. */
export const isAtprotoDid = (text: string): boolean => PLC.test(text) || isWebDid(text);

const isWebDid = (text: string): boolean => {
  if (!WEB.test(text)) return false;
  const host = text.slice("did:web:".length).replaceAll("%3A", ":");
  return URL.canParse(`https://${host}`) && (!PORT.test(text) || /^did:web:localhost(?:%3A|$)/.test(text));
};

/** Whether a text can be the `aud` of a service JWT: a DID, or a DID and one of its services. */
export const isServiceAudience = (text: string): boolean => {
  const hash = text.indexOf("#");
  return hash === -1 ? isAtprotoDid(text) : isAtprotoDid(text.slice(0, hash)) && FRAGMENT.test(text.slice(hash + 1));
};
