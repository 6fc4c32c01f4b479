import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./refusal.mjs";
import { writeSecrets } from "./secrets.mjs";

/** Between rounds that came to nothing, in ms. */
const PAUSE = 1000;

/** Rounds in a row that come to nothing before it is left to the colony, which goes on every minute. */
const PATIENCE = 5;

/**
 * Another master key, kept beside the one before it. Before anything else happens, so that whatever is wrapped under either
 * can be opened from here on. One at a time: where a rotation is under way, that one goes on.
 * @param {string} path of secrets.json.
 * @param {import("./secrets.mjs").Secrets} secrets
 * @param {(line: string) => void} log
 * @returns {import("./secrets.mjs").Secrets}
 */
export const beginRotation = (path, secrets, log) => {
  if (secrets.encryptionMasterKeyPrevious !== undefined) {
    log("a rotation of the master key is under way already; it goes on");
    return secrets;
  }
  const next = { ...secrets, encryptionMasterKey: randomBytes(32).toString("base64url"), encryptionMasterKeyPrevious: secrets.encryptionMasterKey };
  writeSecrets(path, next);
  return next;
};

/**
 * Has the running colony wrap everything under its new master key, and forgets the one before when nothing is left under it.
 * @param {object} colony
 * @param {string} colony.url
 * @param {string} colony.adminKey
 * @param {string} colony.path of secrets.json.
 * @param {import("./secrets.mjs").Secrets} colony.secrets
 * @param {(line: string) => void} log
 * @param {AbortSignal} signal
 */
export const finishRotation = async ({ url, adminKey, path, secrets }, log, signal) => {
  for (let failures = 0; failures < PATIENCE && !signal.aborted; ) {
    const round = await askFor(url, adminKey, signal).catch((error) => ({ state: "rotating", left: undefined, done: 0, failed: [{ did: "", message: reasonOf(error) }] }));
    if (round.state === "current") {
      const { encryptionMasterKeyPrevious: _, ...rest } = secrets;
      writeSecrets(path, rest);
      log("the master key is rotated: nothing is wrapped under the one before, and it is forgotten");
      return;
    }
    if (round.done > 0) {
      failures = 0;
      log(`rotating the master key: ${round.left} agents left`);
      continue;
    }
    failures++;
    if (failures === PATIENCE && !signal.aborted) log(`the master key is not rotated yet, both are kept: ${round.failed.map(({ did, message }) => `${did} ${message}`.trim()).join("; ")}`);
    else await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
};

/**
 * @param {string} url @param {string} adminKey @param {AbortSignal} signal
 * @returns {Promise<{ state: string, left: number | undefined, done: number, failed: { did: string, message: string }[] }>}
 */
const askFor = async (url, adminKey, signal) => {
  const answer = await fetch(`${url}/admin/keys/rewrap`, { method: "POST", headers: { authorization: `Bearer ${adminKey}` }, signal });
  const body = await answer.json();
  if (!answer.ok) throw new Error(String(body.message));
  return body;
};
