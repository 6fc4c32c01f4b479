import { type Handler, fault, json } from "@rookery/pds";
import { colonyDocument, ownCard } from "../federation/own-card.ts";
import { cardSourceOf } from "../host/federation.ts";
import { envOf } from "../host/host.ts";

/** /.well-known/atproto-did: the DID of the handle this request was sent to (specs/handle, HTTPS method). */
export const atprotoDid: Handler = async ({ request, url, host }) => {
  const handle = (request.headers.get("host") ?? url.host).split(":")[0]?.toLowerCase() ?? "";
  const agent = await host.find(handle);
  return agent === undefined
    ? fault(404, "NotFound", `User not found: ${handle}`)
    : new Response(agent.did, { headers: { "content-type": "text/plain; charset=utf-8" } });
};

/** /.well-known/did.json of the host itself: it is a did:web, a PDS, and a colony with a key of its own. */
export const hostDidDocument: Handler = async ({ host }) => json(await colonyDocument(cardSourceOf(envOf(host))));

/** /.well-known/agent-network.json: what other colonies need to know of this one (docs/federation.md). */
export const agentNetwork: Handler = async ({ host }) => json(await ownCard(cardSourceOf(envOf(host))));
