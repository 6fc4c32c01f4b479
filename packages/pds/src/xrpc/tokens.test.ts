import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { Tokens } from "./tokens.ts";

const secret = new Uint8Array(32).fill(3);
const host = "did:web:colony.example.com";
const tokens = new Tokens(secret, host);

const refreshToken = (exp: number, key = secret) =>
  new SignJWT({ scope: "com.atproto.refresh", jti: "one" }).setProtectedHeader({ alg: "HS256", typ: "refresh+jwt" }).setAudience(host).setSubject("did:plc:a").setIssuedAt().setExpirationTime(exp).sign(key);

describe("a refresh token", () => {
  it("that has expired refreshes nothing, and still ends its session, however long ago that was", async () => {
    for (const exp of [Math.floor(Date.now() / 1000) - 1, 1, 0, -1]) {
      const token = await refreshToken(exp);
      expect({ exp, is: await tokens.refresh(token) }).toEqual({ exp, is: { status: 400, name: "ExpiredToken", message: "Token has expired" } });
      expect({ exp, is: await tokens.refresh(token, true) }).toEqual({ exp, is: { did: "did:plc:a", id: "one" } });
    }
  });

  it("of somebody else ends nothing", async () => {
    const token = await refreshToken(1, new Uint8Array(32).fill(4));
    expect(await tokens.refresh(token, true)).toEqual({ status: 400, name: "InvalidToken", message: "Token could not be verified" });
  });
});
