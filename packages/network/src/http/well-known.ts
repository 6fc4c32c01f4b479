import { type Handler, fault, json } from "@rookery/pds";

/** /.well-known/atproto-did: the DID of the handle this request was sent to (specs/handle, HTTPS method). */
export const atprotoDid: Handler = async ({ request, url, host }) => {
  const handle = (request.headers.get("host") ?? url.host).split(":")[0]?.toLowerCase() ?? "";
  const agent = await host.find(handle);
  return agent === undefined
    ? fault(404, "NotFound", `User not found: ${handle}`)
    : new Response(agent.did, { headers: { "content-type": "text/plain; charset=utf-8" } });
};

/** /.well-known/did.json of the host itself: it is a did:web, and a PDS. */
export const hostDidDocument: Handler = ({ host }) =>
  json({
    "@context": ["https://www.w3.org/ns/did/v1"],
    id: host.did,
    service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: host.origin }],
  });
