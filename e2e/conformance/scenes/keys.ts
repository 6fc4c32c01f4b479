import type { Scene } from "../scene.ts";

const IDENTITY = "com.atproto.identity";

interface Credentials {
  rotationKeys: string[];
  alsoKnownAs: string[];
  verificationMethods: Record<string, string>;
  services: Record<string, { type: string; endpoint: string }>;
}

/** What a DID document should say, changing it, and keys that are reserved. */
export const keys: Scene = {
  name: "keys and migration",
  play: async (side) => {
    const ann = await side.person("cf-keys-ann");
    const post = (label: string, method: string, body?: unknown, as: typeof ann | undefined = ann) => side.procedure(label, `${IDENTITY}.${method}`, body, as);
    const wanted = (await side.query("recommended", `${IDENTITY}.getRecommendedDidCredentials`, {}, ann)).json as Credentials;
    await side.query("recommended, nobody", `${IDENTITY}.getRecommendedDidCredentials`);
    await post("sign without token", "signPlcOperation", {});
    await post("sign with a wrong token", "signPlcOperation", { token: "AAAAA-BBBBB" });
    await post("request", "requestPlcOperationSignature");
    const signed = (await post("sign", "signPlcOperation", { token: await side.mailedToken(ann.email), rotationKeys: [...wanted.rotationKeys] })).json as { operation?: Record<string, unknown> };
    await post("sign with the token again", "signPlcOperation", { token: "AAAAA-BBBBB" });
    const operation = signed.operation ?? {};
    await post("submit nothing", "submitPlcOperation", {});
    await post("submit another's form", "submitPlcOperation", { operation: { type: "x" } });
    await post("submit without our rotation key", "submitPlcOperation", { operation: { ...operation, rotationKeys: [] } });
    await post("submit with another endpoint", "submitPlcOperation", { operation: { ...operation, services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: "https://example.com" } } } });
    await post("submit with another service", "submitPlcOperation", { operation: { ...operation, services: { atproto_pds: { type: "Other", endpoint: side.origin } } } });
    await post("submit with another key", "submitPlcOperation", { operation: { ...operation, verificationMethods: { atproto: "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme" } } });
    await post("submit with another handle", "submitPlcOperation", { operation: { ...operation, alsoKnownAs: ["at://other.test"] } });
    await post("submit with a wrong signature", "submitPlcOperation", { operation: { ...operation, sig: "AAAA" } });
    await post("submit", "submitPlcOperation", { operation });
    await post("submit, nobody", "submitPlcOperation", { operation }, undefined);
    await post("request, nobody", "requestPlcOperationSignature", undefined, undefined);

    const reserve = (label: string, body: unknown) => side.procedure(label, "com.atproto.server.reserveSigningKey", body);
    const first = (await reserve("reserve", {})).json as { signingKey?: string };
    const own = (await reserve("reserve for a DID", { did: "did:plc:cccccccccccccccccccccccc" })).json as { signingKey?: string };
    const again = (await side.quiet({ path: "/xrpc/com.atproto.server.reserveSigningKey", body: { did: "did:plc:cccccccccccccccccccccccc" } })).json as { signingKey?: string };
    side.answers.set("reserved for a DID once", { status: 200, headers: {}, body: [again.signingKey === own.signingKey, first.signingKey === own.signingKey] });
    await reserve("reserve for no DID", { did: "nope" });

    const car = (label: string, body: string | Uint8Array, type = "application/vnd.ipld.car", as: typeof ann | undefined = ann) => side.ask(label, { method: "POST", path: "/xrpc/com.atproto.repo.importRepo", as, headers: { "content-type": type }, body });
    await car("import garbage", "garbage");
    await car("import nothing", "");
    await car("import of another type", "garbage", "text/plain");
    await car("import, nobody", "garbage", "application/vnd.ipld.car", undefined);
    await side.query("missing blobs", "com.atproto.repo.listMissingBlobs", {}, ann);
    await side.query("missing blobs, limit", "com.atproto.repo.listMissingBlobs", { limit: "1001" }, ann);
    await side.query("missing blobs, nobody", "com.atproto.repo.listMissingBlobs");
    await side.query("status", "com.atproto.server.checkAccountStatus", {}, ann);
    await side.query("status, nobody", "com.atproto.server.checkAccountStatus");

    const move = (label: string, body: Record<string, unknown>, as?: typeof ann) => side.procedure(label, "com.atproto.server.createAccount", { email: "cf-keys-m@example.com", password: "a password", ...body }, as);
    await move("move in, not signed", { handle: "cf-keys-m.test", did: ann.did });
    await move("move in, signed by a session", { handle: "cf-keys-m.test", did: ann.did }, ann);
    await side.query("resolveDid", `${IDENTITY}.resolveDid`, { did: ann.did }, ann);
  },
};
