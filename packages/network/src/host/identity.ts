import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import type { IdentityDesk } from "../identity/identity-desk.ts";
import { RotationKeys } from "../plc/rotation-keys.ts";
import { PlcClient } from "../provisioning/plc-client.ts";
import { resolverOf } from "./dids.ts";
import { agentStub } from "./stubs.ts";

let made: { env: Env; desk: IdentityDesk } | undefined;

/** What this isolate works with where DIDs are looked at and changed. */
export const identityDeskOf = (env: Env): IdentityDesk => {
  if (made?.env !== env) {
    const { origin, plcUrl, rotationKey } = configOf(env);
    made = { env, desk: { origin, plc: new PlcClient(plcUrl), rotation: new RotationKeys(rotationKey), resolve: resolverOf(env), agent: (did) => agentStub(env, did) } };
  }
  return made.desk;
};
