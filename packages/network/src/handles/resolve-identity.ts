import { type Handler, type Host, json } from "@rookery/pds";
import { didsOf } from "../host/dids.ts";
import { handleDeskOf } from "../host/handles.ts";
import { envOf } from "../host/host.ts";
import { type IdentitySources, documentOf, identityInfo } from "./identity-info.ts";

const sourcesOf = (host: Host): IdentitySources => {
  const env = envOf(host);
  return { dids: didsOf(env), plc: handleDeskOf(env).plc, host };
};

/** com.atproto.identity.resolveDid: the document, whatever it claims. */
export const resolveDid: Handler = async ({ params, host }) => {
  const { did } = params as { did: string };
  const document = await documentOf(sourcesOf(host), did, false);
  return document.ok ? json({ didDoc: document.value }) : document.error;
};

/** com.atproto.identity.resolveIdentity: DID, document and handle, which must lead to each other. */
export const resolveIdentity: Handler = async ({ params, host }) => {
  const { identifier } = params as { identifier: string };
  const info = await identityInfo(sourcesOf(host), identifier, false);
  return info.ok ? json(info.value) : info.error;
};

/** com.atproto.identity.refreshIdentity: the same, with the directory asked again. */
export const refreshIdentity: Handler = async ({ input, host }) => {
  const { identifier } = input as { identifier: string };
  const info = await identityInfo(sourcesOf(host), identifier, true);
  return info.ok ? json(info.value) : info.error;
};
