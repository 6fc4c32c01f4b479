import { type Handler, json } from "@rookery/pds";
import { colonyDocument, ownCard } from "../federation/own-card.ts";
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

/** /.well-known/did.json of the host itself: it is a did:web, a PDS, and a colony with a key of its own. */
export const hostDidDocument: Handler = async ({ host }) => json(await colonyDocument(cardSourceOf(envOf(host))));

/** /.well-known/agent-network.json: what other colonies need to know of this one (docs/federation.md). */
export const agentNetwork: Handler = async ({ host }) => json(await ownCard(cardSourceOf(envOf(host))));
