import type { ResolveDid } from "@rookery/sync";
import type { ColonyKey } from "./colony-key.ts";
import type { Listening } from "./listening.ts";
import type { NonceStore } from "./nonce-store.ts";
import type { PeerStore } from "./peer-store.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { UpkeepTimes } from "./upkeep-times.ts";

/** This colony, as far as federation needs it. The composition root makes one; tests make two and let them talk. */
export interface Colony {
  did: string;
  origin: string;
  /** Resolves and asks neighbours on loopback; production does not. */
  allowLoopback: boolean;
  key: () => Promise<ColonyKey>;
  fetch: typeof fetch;
  /** DID documents from the directories themselves, no cache. */
  resolve: ResolveDid;
  peers: PeerStore;
  nonces: NonceStore;
  policy: PolicyStore;
  upkeepTimes: UpkeepTimes;
  listening: Listening;
  now(): number;
}
