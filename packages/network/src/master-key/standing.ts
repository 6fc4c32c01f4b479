import { KeyUnavailableError, type MasterKey, currentOf, masterKeyId, unwrapKey } from "@rookery/pds";

/** Which master key the colony's keys are wrapped under: the one that is set, that or the one before, or neither. */
export type Standing = { state: "current" } | { state: "rotating" } | { state: "wrong"; reason: string };

const NAME = "master-key";

/**
 * Compares the master key that is set with what the registry says. A registry that does not say yet is told, after a look at
 * whether an agent's key opens. Changes nothing when the key is wrong.
 */
export const readStanding = async (db: D1Database, masterKey: MasterKey, now: number): Promise<Standing> => {
  const known = (await readId(db)) ?? (await introduce(db, masterKey, now));
  if (known === masterKeyId(currentOf(masterKey))) return { state: "current" };
  if (!(masterKey instanceof Uint8Array) && known === masterKeyId(masterKey.previous)) return { state: "rotating" };
  return { state: "wrong", reason: "ENCRYPTION_MASTER_KEY is not the one that this colony's keys are wrapped under. Nothing is generated in their place: put the old one back, or, to rotate it, set it as ENCRYPTION_MASTER_KEY_PREVIOUS" };
};

/** The statement by which the current master key becomes the colony's: last of a rotation, in one batch with what it is about. */
export const settledOn = (db: D1Database, masterKey: MasterKey, now: number): D1PreparedStatement =>
  db.prepare("UPDATE setting SET value = ?, updated_at = ? WHERE name = ?").bind(JSON.stringify(masterKeyId(currentOf(masterKey))), now, NAME);

const readId = async (db: D1Database): Promise<string | undefined> => {
  const value = await db.prepare("SELECT value FROM setting WHERE name = ?").bind(NAME).first<string>("value");
  return value === null ? undefined : String(JSON.parse(value));
};

/** The id under which the colony's keys are; of a new colony the current one. Undefined when no key that is set opens what is there. */
const introduce = async (db: D1Database, masterKey: MasterKey, now: number): Promise<string | undefined> => {
  const agent = await db.prepare("SELECT did, signing_key FROM agent LIMIT 1").first<{ did: string; signing_key: ArrayBuffer }>();
  const keys = masterKey instanceof Uint8Array ? [masterKey] : [masterKey.current, masterKey.previous];
  const found = agent === null ? keys[0] : keys.find((key) => opens(key, agent));
  if (found === undefined) return undefined;
  await db.prepare("INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING").bind(NAME, JSON.stringify(masterKeyId(found)), now).run();
  return readId(db);
};

const opens = (key: Uint8Array, { did, signing_key }: { did: string; signing_key: ArrayBuffer }): boolean => {
  try {
    unwrapKey(key, did, new Uint8Array(signing_key));
    return true;
  } catch (error) {
    if (error instanceof KeyUnavailableError) return false;
    throw error;
  }
};
