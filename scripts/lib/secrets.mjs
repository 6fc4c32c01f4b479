import { createECDH, randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readdirSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Refusal, reasonOf } from "./refusal.mjs";

/**
 * The colony's own secrets, kept in `secrets.json` of the state folder, readable by its owner only.
 * @typedef {object} Secrets
 * @property {string} adminApiKey Also the admin password.
 * @property {string} encryptionMasterKey 32 bytes in base64url: wraps every agent's private key.
 * @property {string} [encryptionMasterKeyPrevious] The one before, while the master key is being rotated.
 * @property {string} plcRotationKey P-256 private key, 32 bytes in hex: signs every agent's DID operations.
 * @property {string} [plcRotationKeyPrevious] The one before, while it is being rotated.
 * @property {string} sessionSecret 32 bytes in base64url.
 */

const BYTES_32 = /^[A-Za-z0-9_-]{43}$/;
const FORMS = { adminApiKey: /^.{8,}$/, encryptionMasterKey: BYTES_32, plcRotationKey: /^[0-9a-f]{64}$/, sessionSecret: BYTES_32 };

/** Forms of what is there during a rotation alone. */
const FORMS_PREVIOUS = { encryptionMasterKeyPrevious: BYTES_32, plcRotationKeyPrevious: FORMS.plcRotationKey };

/** @returns {string} 32 bytes in base64url. */
export const newMasterKey = () => randomBytes(32).toString("base64url");

/** @returns {string} A P-256 private key, 32 bytes in hex. */
export const newPlcRotationKey = () => {
  const curve = createECDH("prime256v1");
  curve.generateKeys();
  return curve.getPrivateKey("hex").padStart(64, "0");
};

/** @returns {Secrets} */
const generate = () => ({
  adminApiKey: randomBytes(24).toString("base64url"),
  encryptionMasterKey: newMasterKey(),
  plcRotationKey: newPlcRotationKey(),
  sessionSecret: randomBytes(32).toString("base64url"),
});

/** @param {string} path @param {string} text */
export const writePrivately = (path, text) => {
  const half = `${path}.new`;
  const file = openSync(half, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(half, path);
};

/** @param {string} path @param {Secrets} secrets */
export const writeSecrets = (path, secrets) => writePrivately(path, `${JSON.stringify(secrets, null, 2)}\n`);

/** @param {string} path @returns {Secrets} @throws Refusal when they are not good. */
export const readSecrets = (path) => {
  const lost = "Without it the agents' keys in this folder cannot be opened, so nothing is generated in its place: put back a good copy.";
  /** @type {Record<string, unknown>} */
  let found;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Refusal(`${path} cannot be read (${reasonOf(error)}). ${lost}`);
  }
  for (const [name, form] of Object.entries(FORMS)) {
    const value = found?.[name];
    if (typeof value !== "string" || !form.test(value)) throw new Refusal(`${path} has no valid "${name}". ${lost}`);
  }
  for (const [name, form] of Object.entries(FORMS_PREVIOUS)) {
    const value = found[name];
    if (value !== undefined && (typeof value !== "string" || !form.test(value))) throw new Refusal(`${path} has no valid "${name}". ${lost}`);
  }
  return /** @type {Secrets} checked field by field above */ (/** @type {unknown} */ (found));
};

/**
 * The folder's secrets, made on its first use. Call it while holding the folder.
 * @param {string} folder
 * @returns {{ secrets: Secrets, path: string, fresh: boolean }}
 * @throws Refusal when the file is there but not good, or missing beside a colony's state.
 */
export const loadSecrets = (folder) => {
  const path = join(folder, "secrets.json");
  if (existsSync(path)) return { secrets: readSecrets(path), path, fresh: false };
  const state = join(folder, "state");
  if (existsSync(state) && readdirSync(state).length > 0) {
    throw new Refusal(`${folder} holds a colony's state but no secrets.json. Put the file back; new secrets could not open the agents' keys.`);
  }
  const secrets = generate();
  writeSecrets(path, secrets);
  return { secrets, path, fresh: true };
};
