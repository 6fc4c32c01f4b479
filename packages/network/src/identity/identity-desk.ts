import type { AgentApi } from "@rookery/pds";
import type { ResolveDid } from "@rookery/sync";
import type { RotationKeys } from "../plc/rotation-keys.ts";
import type { PlcClient } from "../provisioning/plc-client.ts";

/** What is worked with where DIDs of this colony are looked at and changed. */
export interface IdentityDesk {
  /** The colony's endpoint in DID documents. */
  origin: string;
  plc: PlcClient;
  /** The colony's keys in the directory. */
  rotation: RotationKeys;
  /** DID documents as they are now. */
  resolve: ResolveDid;
  agent: (did: string) => AgentApi;
}
