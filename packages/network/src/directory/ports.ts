import type { DirectoryApi, NetworkApi } from "@rookery/agent-relay";
import type { AgentApi, KnownAgent } from "@rookery/pds";
import type { DidCache } from "@rookery/sync";

/** What the directory needs of the colony around it. */
export interface DirectoryPorts {
  origin: string;
  dids: Pick<DidCache, "resolve">;
  /** An agent of this colony by DID or handle. */
  find(actor: string): Promise<KnownAgent | undefined>;
  /** Handles of those DIDs, at most 100, that are agents of this colony. */
  handles(dids: string[]): Promise<Map<string, string>>;
  agent(did: string): AgentApi;
  /** The colony's own relay, and the one that carries peers' accounts. */
  relay: DirectoryApi;
  network: DirectoryApi & Pick<NetworkApi, "repo">;
  fetch: typeof fetch;
}
