import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import type { IdentityDesk } from "../identity/identity-desk.ts";
import { ReservedKeys } from "../identity/reserved-keys.ts";
import type { PlcKeyRotation } from "../plc/rotate-plc-key.ts";
import { PlcClient } from "../provisioning/plc-client.ts";
import { didsOf, resolverOf } from "./dids.ts";
import { outsideOf } from "./outside.ts";
import { agentStub } from "./stubs.ts";

let made: { env: Env; desk: IdentityDesk } | undefined;

/** What this isolate works with where DIDs are looked at and changed. */
export const identityDeskOf = (env: Env): IdentityDesk => {
  if (made?.env !== env) made = { env, desk: deskOf(env) };
  return made.desk;
};

const deskOf = (env: Env): IdentityDesk => {
  const { origin, hostDid, isLoopback, masterKey, plcUrl, rotation } = configOf(env);
  return {
    origin,
    hostDid,
    isLoopback,
    masterKey,
    plc: new PlcClient(plcUrl),
    rotation,
    reserved: new ReservedKeys(env.DB, masterKey),
    registry: {
      keepSigningKey: async (did, wrapped) => {
        await env.DB.prepare("UPDATE agent SET signing_key = ? WHERE did = ?").bind(wrapped, did).run();
      },
    },
    fetch: outsideOf(env),
    resolve: resolverOf(env),
    forget: (did) => didsOf(env).forget(did),
    agent: (did) => agentStub(env, did),
  };
};

/** What a rotation of the colony's rotation key works with. */
export const plcKeyRotationOf = (env: Env): PlcKeyRotation => {
  const { plc, rotation } = identityDeskOf(env);
  return { plc, rotation, db: env.DB, now: Date.now, fault: configOf(env).fault };
};
