import type { P256PrivateKey } from "@atcute/crypto";
import { serviceKey } from "./service-key.ts";

const part = (value: unknown): string => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** What a test's JWT says beside or instead of what every one says. */
export interface TokenClaims {
  iss: string;
  aud: string;
  lxm?: unknown;
  exp?: unknown;
  iat?: unknown;
  jti?: unknown;
}

/** A service JWT of the tests' services, or by another key; good for a minute unless it says otherwise. */
export const signToken = async (claims: TokenClaims, { key, header = {} }: { key?: Pick<P256PrivateKey, "sign">; header?: object } = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ typ: "JWT", alg: "ES256", ...header })}.${part({ iat: now, exp: now + 60, jti: crypto.randomUUID(), ...claims })}`;
  const signature = await (key ?? (await serviceKey())).sign(new TextEncoder().encode(signed));
  return `${signed}.${Buffer.from(signature).toString("base64url")}`;
};
