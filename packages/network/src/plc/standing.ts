import type { RotationKeys } from "./rotation-keys.ts";

/** Which rotation key the colony's DIDs are under: the one that is set, that or the one before, or neither. */
export type PlcKeyStanding = { state: "current" } | { state: "rotating" } | { state: "wrong"; reason: string };

const NAME = "plc-key";

/**
 * Compares the rotation key that is set with what the registry says. A registry that does not say yet is told, after a look at
 * an agent's genesis. Changes nothing when the key is wrong.
 */
export const readPlcStanding = async (db: D1Database, rotation: RotationKeys, now: number): Promise<PlcKeyStanding> => {
  const [current, previous] = await rotation.dids();
  const known = (await readKey(db)) ?? (await introduce(db, await rotation.dids(), now));
  if (known === current) return { state: "current" };
  if (previous !== undefined && known === previous) return { state: "rotating" };
  return { state: "wrong", reason: "PLC_ROTATION_KEY is not the one that this colony's DIDs are under. Put the old one back, or, to rotate it, set it as PLC_ROTATION_KEY_PREVIOUS" };
};

/** Note that every DID is under the current key: last of a rotation. */
export const settleOnPlcKey = async (db: D1Database, rotation: RotationKeys, now: number): Promise<void> => {
  await db.prepare("UPDATE setting SET value = ?, updated_at = ? WHERE name = ?").bind(JSON.stringify(await rotation.current()), now, NAME).run();
};

const readKey = async (db: D1Database): Promise<string | undefined> => {
  const value = await db.prepare("SELECT value FROM setting WHERE name = ?").bind(NAME).first<string>("value");
  return value === null ? undefined : String(JSON.parse(value));
};

/** The key that the colony's agents were made with; of a new colony the current one. Undefined when it is none that is set. */
const introduce = async (db: D1Database, keys: string[], now: number): Promise<string | undefined> => {
  const genesis = await db.prepare("SELECT genesis FROM agent WHERE genesis <> 'null' ORDER BY created_at LIMIT 1").first<string>("genesis");
  const found = genesis === null ? keys[0] : keys.find((key) => genesis.includes(JSON.stringify(key)));
  if (found === undefined) return undefined;
  await db.prepare("INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING").bind(NAME, JSON.stringify(found), now).run();
  return readKey(db);
};
