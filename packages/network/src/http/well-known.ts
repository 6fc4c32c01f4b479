import { type Handler, answer, json } from "@rookery/pds";
import { colonyDocument, ownCard } from "../federation/own-card.ts";
import { accountDocument } from "../identity/account-document.ts";
import { cardSourceOf } from "../host/federation.ts";
import { envOf } from "../host/host.ts";

/**
 * /.well-known/atproto-did: the DID of the handle this request was sent to (specs/handle, HTTPS method), if its account takes part. In
 * plain text, refusals too: it is no XRPC method.
 */
export const atprotoDid: Handler = async ({ request, url, host }) => {
  const handle = (request.headers.get("host") ?? url.host).split(":")[0]?.toLowerCase() ?? "";
  const agent = await host.find(handle);
  const isHere = agent !== undefined && agent.status === undefined;
  return new Response(isHere ? agent.did : "User not found", { status: isHere ? 200 : 404, headers: { "content-type": "text/plain; charset=utf-8" } });
};

/**
 * /.well-known/did.json: of the account whose did:web is the domain that this request was sent to, if there is one. Otherwise of
 * the host itself, which is a did:web, a PDS, and a colony with a key of its own.
 */
export const didDocument: Handler = async ({ request, url, host }) => {
  const at = (request.headers.get("host") ?? url.host).toLowerCase();
  const did = `did:web:${encodeURIComponent(at)}`;
  const agent = did === host.did ? undefined : await host.find(did);
  if (agent === undefined) return json(await colonyDocument(cardSourceOf(envOf(host))));
  return answer(await host.agent(agent.did).getIdentity(), (identity) => json(accountDocument(identity, host.origin)));
};

/** /.well-known/agent-network.json: what other colonies need to know of this one (docs/federation.md). */
export const agentNetwork: Handler = async ({ host }) => json(await ownCard(cardSourceOf(envOf(host))));
