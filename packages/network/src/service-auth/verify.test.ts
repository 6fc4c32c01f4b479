import { env } from "cloudflare:test";
import { P256PrivateKeyExportable, Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, provision, xrpc } from "../../test/client.ts";
import { signToken } from "../../test/service-token.ts";
import { configOf } from "../config.ts";
import { hostOf } from "../host/host.ts";
import { UsedTokens } from "./used-tokens.ts";
import { type ServiceAuthRules, verifyServiceJwt } from "./verify.ts";

const aud = "did:web:pds.example.com";
const iss = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const lxm = "com.example.method";
const now = () => Math.floor(Date.now() / 1000);

const documentWith = (id: string, ...keys: [fragment: string, multibase: string][]) => ({
  id,
  verificationMethod: keys.map(([fragment, publicKeyMultibase]) => ({ id: `${id}#${fragment}`, type: "Multikey", controller: id, publicKeyMultibase })),
});

const multibaseOf = async (key: { exportPublicKey(format: "did"): Promise<string> }) => (await key.exportPublicKey("did")).slice("did:key:".length);

describe("verifyServiceJwt", () => {
  let key: P256PrivateKeyExportable;
  let other: P256PrivateKeyExportable;
  let rules: ServiceAuthRules;
  let asked: boolean[];
  /** What the directory says now; what is remembered lags behind. */
  let remembered: unknown;
  let published: unknown;

  beforeAll(async () => {
    key = await P256PrivateKeyExportable.createKeypair();
    other = await P256PrivateKeyExportable.createKeypair();
    const dids = {
      resolve: (did: string, { fresh = false } = {}) => {
        asked.push(fresh);
        if (did === "did:web:down.example.com") return Promise.reject(new Error("down"));
        return Promise.resolve(did === iss ? (fresh ? published : remembered) : undefined);
      },
    };
    rules = { audience: aud, lxm, dids, nonces: new UsedTokens(env.DB) };
    remembered = published = documentWith(iss, ["atproto", await multibaseOf(key)], ["atproto_label", await multibaseOf(other)]);
  });

  const verify = (token: string, more: Partial<ServiceAuthRules> = {}) => {
    asked = [];
    return verifyServiceJwt(token, { ...rules, ...more });
  };
  const refusalOf = async (token: string, more: Partial<ServiceAuthRules> = {}) => {
    const verdict = await verify(token, more);
    return "status" in verdict ? [verdict.status, verdict.name, verdict.message] : verdict;
  };

  it("takes what an account says to this host about this method, once", async () => {
    const token = await signToken({ iss, aud, lxm }, { key });
    expect(await verify(token)).toMatchObject({ did: iss, lxm });
    expect(asked).toEqual([false]);
    expect(await refusalOf(token)).toEqual([401, "JwtReplayed", "jwt was used before"]);
  });

  it("takes it again when what it was for was refused", async () => {
    const token = await signToken({ iss, aud, lxm }, { key });
    const first = await verify(token);
    await new UsedTokens(env.DB).release("status" in first ? "" : first.id);
    expect(await verify(token)).toMatchObject({ did: iss });
  });

  it("knows a token without jti by what it says, whatever becomes of the signature", async () => {
    const token = await signToken({ iss, aud, lxm, jti: undefined }, { key });
    expect(await verify(token)).toMatchObject({ did: iss });
    expect(await refusalOf(flipped(token))).toEqual([401, "JwtReplayed", "jwt was used before"]);
  });

  it("takes the audience with the fragment of a PDS, and no other", async () => {
    expect(await verify(await signToken({ iss, aud: `${aud}#atproto_pds`, lxm }, { key }))).toMatchObject({ did: iss });
    for (const wrong of [`${aud}#bsky_appview`, `${aud}#`, `${aud}.org`, iss])
      expect(await refusalOf(await signToken({ iss, aud: wrong, lxm }, { key }))).toEqual([401, "BadJwtAudience", "jwt audience does not match service did"]);
  });

  it("takes a high S, which JWT libraries make", async () => {
    const token = await signToken({ iss, aud, lxm }, { key });
    expect(await verify(flipped(token))).toMatchObject({ did: iss });
  });

  it("takes secp256k1", async () => {
    const k256 = await Secp256k1PrivateKeyExportable.createKeypair();
    const document = documentWith(iss, ["atproto", await multibaseOf(k256)]);
    const dids = { resolve: () => Promise.resolve(document) };
    expect(await verify(await signToken({ iss, aud, lxm }, { key: k256, header: { alg: "ES256K" } }), { dids })).toMatchObject({ did: iss });
    expect(await refusalOf(await signToken({ iss, aud, lxm }, { key: k256 }), { dids })).toEqual([401, "BadJwtSignature", "jwt signature does not match jwt issuer"]);
  });

  it.each([
    ["a.b", "BadJwt"],
    ["a.b.c.d", "BadJwt"],
    ["e30.e30.", "BadJwt"],
    ["bnVsbA.bnVsbA.", "BadJwt"],
    [`${"a".repeat(5000)}.b.c`, "BadJwt"],
  ])("refuses %#: what is no token", async (token, name) => expect(await refusalOf(token)).toEqual([401, name, "poorly formatted jwt"]));

  it.each([
    ["a session's token", {}, { typ: "at+jwt" }, "BadJwtType", 'Invalid jwt type "at+jwt"'],
    ["a refresh token", {}, { typ: "refresh+jwt" }, "BadJwtType", 'Invalid jwt type "refresh+jwt"'],
    ["a DPoP proof", {}, { typ: "dpop+jwt" }, "BadJwtType", 'Invalid jwt type "dpop+jwt"'],
    ["one that is over", { exp: 1_000 }, {}, "JwtExpired", "jwt expired"],
    ["one for longer than an hour", { exp: 99_999_999_999 }, {}, "BadJwtExpiration", "jwt expires too far in the future"],
    ["one of the future", { iat: 99_999_999_999 }, {}, "BadJwtExpiration", "jwt was issued in the future"],
    ["one without end", { exp: "never" }, {}, "BadJwt", "poorly formatted jwt"],
    ["one for another method", { lxm: "com.example.other" }, {}, "BadJwtLexiconMethod", `bad jwt lexicon method ("lxm"). must match: ${lxm}`],
    ["one for any method", { lxm: undefined }, {}, "BadJwtLexiconMethod", `missing jwt lexicon method ("lxm"). must match: ${lxm}`],
    ["one of nobody", { iss: "alice" }, {}, "BadJwtIss", "jwt iss is not a valid did"],
    ["one of an account's labeler", { iss: `${iss}#atproto_labeler` }, {}, "BadJwtIss", "jwt iss is not a valid did"],
    ["one of a DID that there is not", { iss: "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb" }, {}, "AuthenticationRequired", "could not resolve iss did"],
    ["one of a DID that cannot be had now", { iss: "did:web:down.example.com" }, {}, "AuthenticationRequired", "could not resolve iss did"],
    ["one without signature", {}, { alg: "none" }, "BadJwtSignature", "jwt signature does not match jwt issuer"],
    ["one signed with a secret", {}, { alg: "HS256" }, "BadJwtSignature", "jwt signature does not match jwt issuer"],
  ])("refuses %s", async (_, claims, header, name, message) => {
    expect(await refusalOf(await signToken({ iss, aud, lxm, ...claims }, { key, header }))).toEqual([401, name, message]);
  });

  it("looks the key up once more when it does not fit, and once only", async () => {
    const renewed = await P256PrivateKeyExportable.createKeypair();
    published = documentWith(iss, ["atproto", await multibaseOf(renewed)]);
    expect(await verify(await signToken({ iss, aud, lxm }, { key: renewed }))).toMatchObject({ did: iss });
    expect(asked).toEqual([false, true]);
    expect(await refusalOf(await signToken({ iss, aud, lxm }, { key: other }))).toEqual([401, "BadJwtSignature", "jwt signature does not match jwt issuer"]);
    expect(asked).toEqual([false, true]);
    published = remembered;
  });

  it("trusts named issuers only, where they are named; a labeler has a key of its own", async () => {
    const issuers = [iss, `${iss}#atproto_labeler`];
    expect(await verify(await signToken({ iss, aud, lxm }, { key }), { issuers })).toMatchObject({ did: iss });
    expect(await verify(await signToken({ iss: `${iss}#atproto_labeler`, aud, lxm }, { key: other }), { issuers })).toMatchObject({ did: iss });
    expect(await refusalOf(await signToken({ iss: `${iss}#atproto_labeler`, aud, lxm }, { key }), { issuers })).toEqual([401, "BadJwtSignature", "jwt signature does not match jwt issuer"]);
    expect(await refusalOf(await signToken({ iss: "did:web:other.example", aud, lxm }, { key }), { issuers })).toEqual([401, "UntrustedIss", "Untrusted issuer"]);
  });

  it("remembers no more of one account than it can", async () => {
    const used = new UsedTokens(env.DB);
    const did = "did:plc:cccccccccccccccccccccccc";
    await env.DB.batch(Array.from({ length: 1_000 }, (_, i) => env.DB.prepare("INSERT INTO used_token (id, did, expires_at) VALUES (?, ?, ?)").bind(`full ${i}`, did, Date.now() + 60_000)));
    expect(await used.use("one more", did, Date.now() + 60_000, Date.now())).toBe("too-many");
    expect(await used.use("one more", iss, Date.now() + 60_000, Date.now())).toBe("fresh");
    await used.sweep(Date.now() + 120_000);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM used_token").first("n")).toBe(0);
  });
});

describe("uploadBlob by service JWT", () => {
  let alice: Login;
  beforeAll(async () => {
    alice = await provision();
  });

  const tokenFor = async (method: string) => {
    const token = await hostOf(env).agent(alice.did).signServiceAuth({ aud: configOf(env).hostDid, lxm: method, exp: now() + 30 });
    return `Bearer ${token.ok ? token.value : ""}`;
  };
  const upload = (auth: string, headers: Record<string, string> = { "content-type": "video/mp4" }) => xrpc<{ blob?: { size: number }; error?: string }>("com.atproto.repo.uploadBlob", { auth, body: new Uint8Array(10), headers });

  it("is as good as a session, once, and only if it says so", async () => {
    const auth = await tokenFor("com.atproto.repo.uploadBlob");
    expect(await upload(auth)).toMatchObject({ status: 200, body: { blob: { size: 10 } } });
    expect(await upload(auth)).toMatchObject({ status: 401, body: { error: "JwtReplayed" } });
    expect(await upload(await tokenFor("com.atproto.repo.createRecord"))).toMatchObject({ status: 401, body: { error: "BadJwtLexiconMethod" } });
  });

  it("may be tried again with the same token when it was refused", async () => {
    const auth = await tokenFor("com.atproto.repo.uploadBlob");
    const refused = await xrpc("com.atproto.repo.uploadBlob", { auth, body: new Uint8Array(6_000_000), headers: { "content-type": "video/mp4" } });
    expect(refused.status).toBe(413);
    expect((await upload(auth)).status).toBe(200);
  });
});

/** The token with the other of its signature's two possible S. */
function flipped(token: string): string {
  const [head, body, text = ""] = token.split(".");
  const signature = Buffer.from(text, "base64url");
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const high = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);
  return `${head}.${body}.${high.toString("base64url")}`;
}
