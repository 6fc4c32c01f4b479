import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * Password hashes: `scrypt$N$r$p$salt$hash` for passwords that people choose, `sha256$salt$hash` for generated
 * credentials of 128 bits or more, which nobody can guess however fast the hash is. Salt and hash are base64url.
 */
const COST = { N: 16_384, r: 8, p: 1 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** What a generated credential must have at least: 128 bits in base64url or any denser or looser alphabet. */
const MIN_GENERATED = 20;

/** Hash a password that somebody chose: 20 ms and 16 MB, off the event loop. */
export async function hashChosenPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Hash a credential that we generated with 128 random bits or more. Throws RangeError when it is too short for that. */
export function hashGeneratedPassword(password: string): string {
  if (password.length < MIN_GENERATED) throw new RangeError("a generated credential has 128 bits or more");
  const salt = randomBytes(SALT_BYTES);
  return `sha256$${salt.toString("base64url")}$${digest(salt, password).toString("base64url")}`;
}

/** Whether the password is the one hashed. Compares in constant time; a malformed hash is our own corruption and throws. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = stored.split("$");
  const hash = Buffer.from(parts.at(-1) ?? "", "base64url");
  const salt = Buffer.from(parts.at(-2) ?? "", "base64url");
  if (parts[0] === "sha256" && parts.length === 3) return timingSafeEqual(digest(salt, password), hash);
  if (parts[0] !== "scrypt" || parts.length !== 6) throw new Error("stored password hash has an unknown form");
  return timingSafeEqual(await derive(password, salt, { N: Number(parts[1]), r: Number(parts[2]), p: Number(parts[3]) }), hash);
}

const digest = (salt: Uint8Array, password: string): Buffer => createHash("sha256").update(salt).update(password).digest();

/** 32 bytes of scrypt at the cost of a chosen password. */
export const scryptOf = (password: string, salt: Uint8Array): Promise<Buffer> => derive(password, salt, COST);

const derive = (password: string, salt: Uint8Array, cost: { N: number; r: number; p: number }): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
