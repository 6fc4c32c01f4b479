import type { AgentApi, MasterKey } from "@rookery/pds";
import type { ResolveDid } from "@rookery/sync";
import type { PlcDesk } from "../plc/update-plc.ts";
import type { ReservedKeys } from "./reserved-keys.ts";

/** What is worked with where DIDs of this colony are looked at and changed. */
export interface IdentityDesk extends PlcDesk {
  /** The colony's endpoint in DID documents, and its own DID. */
  origin: string;
  hostDid: string;
  /** A colony on loopback also resolves did:webs there. */
  isLoopback: boolean;
  masterKey: MasterKey;
  reserved: ReservedKeys;
  registry: { keepSigningKey(did: string, wrapped: Uint8Array): Promise<void> };
  fetch: typeof fetch;
  /** DID documents as they are now. */
  resolve: ResolveDid;
  /** What this isolate remembers of a DID is outdated. */
  forget: (did: string) => void;
  agent: (did: string) => AgentApi;
}
