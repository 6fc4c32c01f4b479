import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./refusal.mjs";
import { newMasterKey, newPlcRotationKey, readSecrets, writeSecrets } from "./secrets.mjs";

/**
 * A secret of the colony's that can be rotated while it runs.
 * @typedef {object} Kind
 * @property {string} what For people.
 * @property {"encryptionMasterKey" | "plcRotationKey"} name In secrets.json.
 * @property {"encryptionMasterKeyPrevious" | "plcRotationKeyPrevious"} previous The same, of the one before.
 * @property {() => string} fresh
 * @property {string} path Route of the colony that goes on with it.
 */

/** Wraps every key at rest. @type {Kind} */
export const MASTER_KEY = { what: "master key", name: "encryptionMasterKey", previous: "encryptionMasterKeyPrevious", fresh: newMasterKey, path: "/admin/keys/rewrap" };

/** Signs operations of every DID. @type {Kind} */
export const PLC_KEY = { what: "PLC rotation key", name: "plcRotationKey", previous: "plcRotationKeyPrevious", fresh: newPlcRotationKey, path: "/admin/keys/plc" };

/** Between rounds that came to nothing, in ms. */
const PAUSE = 1000;

/** Rounds in a row that come to nothing before it is left to the colony, which goes on every minute. */
const PATIENCE = 5;

/**
 * Another secret, kept beside the one before it. Before anything else happens, so that whatever is under either can be dealt
 * with from here on. One at a time: where a rotation is under way, that one goes on.
 * @param {Kind} kind
 * @param {string} path of secrets.json.
 * @param {import("./secrets.mjs").Secrets} secrets
 * @param {(line: string) => void} log
 * @returns {import("./secrets.mjs").Secrets}
 */
export const beginRotation = ({ what, name, previous, fresh }, path, secrets, log) => {
  if (secrets[previous] !== undefined) {
    log(`a rotation of the ${what} is under way already; it goes on`);
    return secrets;
  }
  const next = { ...secrets, [name]: fresh(), [previous]: secrets[name] };
  writeSecrets(path, next);
  return next;
};

/**
 * Has the running colony put its new secret everywhere, and forgets the one before when nothing is left under it.
 * @param {Kind} kind
 * @param {object} colony
 * @param {string} colony.url
 * @param {string} colony.adminKey
 * @param {string} colony.path of secrets.json.
 * @param {(line: string) => void} log
 * @param {AbortSignal} signal
 */
export const finishRotation = async (kind, { url, adminKey, path }, log, signal) => {
  for (let failures = 0; failures < PATIENCE && !signal.aborted; ) {
    const round = await askFor(url + kind.path, adminKey, signal).catch((error) => ({ state: "rotating", left: undefined, done: 0, failed: [{ did: "", message: reasonOf(error) }] }));
    if (round.state === "current") {
      // Read again: a rotation of another secret may have ended meanwhile.
      const { [kind.previous]: _, ...rest } = readSecrets(path);
      writeSecrets(path, rest);
      log(`the ${kind.what} is rotated: nothing is under the one before, and it is forgotten`);
      return;
    }
    if (round.done > 0) {
      failures = 0;
      log(`rotating the ${kind.what}: ${round.left} left`);
      continue;
    }
    failures++;
    if (failures === PATIENCE && !signal.aborted) log(`the ${kind.what} is not rotated yet, both are kept: ${round.failed.map(({ did, message }) => `${did} ${message}`.trim()).join("; ")}`);
    else await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
};

/**
 * @param {string} url @param {string} adminKey @param {AbortSignal} signal
 * @returns {Promise<{ state: string, left: number | undefined, done: number, failed: { did: string, message: string }[] }>}
 */
const askFor = async (url, adminKey, signal) => {
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${adminKey}` }, signal });
  const body = await answer.json();
  if (!answer.ok) throw new Error(String(body.message));
  return body;
};
