import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { type ColonyKey, colonyKeyOf, colonyScalar } from "../federation/colony-key.ts";
import { ReservedKeys } from "../identity/reserved-keys.ts";
import { ColonySecrets } from "../master-key/colony-secrets.ts";
import type { Rewrapping } from "../master-key/rewrap.ts";
import { type Standing, readStanding } from "../master-key/standing.ts";
import { agentStub } from "./stubs.ts";

let made: { env: Env; secrets: ColonySecrets } | undefined;

/** The colony's own secrets, open in this isolate. */
export const secretsOf = (env: Env): ColonySecrets => {
  if (made?.env !== env) made = { env, secrets: new ColonySecrets(env.DB, configOf(env).masterKey) };
  return made.secrets;
};

/** The colony's key, the same whatever becomes of its master key. @throws KeyUnavailableError */
export const identityOf = async (env: Env): Promise<ColonyKey> => {
  const { hostDid } = configOf(env);
  return colonyKeyOf(await secretsOf(env).get(`identity ${hostDid}`, (masterKey) => colonyScalar(masterKey, hostDid)));
};

/** What a rotation of the master key works with. */
export const rewrappingOf = (env: Env): Rewrapping => {
  const { masterKey, fault } = configOf(env);
  const secrets = secretsOf(env);
  return {
    db: env.DB,
    masterKey,
    secrets,
    reserved: new ReservedKeys(env.DB, masterKey),
    prepare: async () => {
      await Promise.all([identityOf(env), secrets.idempotency()]);
    },
    agent: (did) => agentStub(env, did),
    now: Date.now,
    fault,
  };
};

let good: Env | undefined;

/** Whether the master key that is set is the colony's. Asked of the registry until it is, then remembered by the isolate. */
export const masterKeyOf = async (env: Env): Promise<Standing> => {
  if (good === env) return { state: "current" };
  const standing = await readStanding(env.DB, configOf(env).masterKey, Date.now());
  if (standing.state !== "wrong") good = env;
  return standing;
};
