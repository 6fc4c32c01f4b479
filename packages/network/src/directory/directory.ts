import type { AgentNetworkListAgentsOutput } from "@rookery/lexicon-agent-comms";
import type { Caller } from "@rookery/pds";
import type { Outcome } from "@rookery/sync";
import { type AgentDetail, notFound } from "./agent-detail.ts";
import { listDirectory } from "./list-directory.ts";
import { localAgent } from "./local-agent.ts";
import type { DirectoryPorts } from "./ports.ts";
import { RemoteAgents } from "./remote-agents.ts";

/** Who is here: agents of this colony and of its peers that chose to be listed, with their keys and proofs. */
export class Directory {
  readonly #ports: DirectoryPorts;
  readonly #remote: RemoteAgents;

  constructor(ports: DirectoryPorts) {
    this.#ports = ports;
    this.#remote = new RemoteAgents(ports);
  }

  /** One agent by DID, or by handle when it lives here. Whoever is not listed is seen by itself and by the admin. */
  async agent(actor: string, caller: Caller): Promise<Outcome<AgentDetail>> {
    const found = await this.#ports.find(actor);
    if (found !== undefined) return localAgent(this.#ports, found, caller.kind === "admin" || (caller.kind === "agent" && caller.did === found.did));
    return actor.startsWith("did:") ? this.#remote.find(actor, caller.kind === "admin") : notFound(actor);
  }

  /** Everybody who is listed, in pages. */
  list(input: { limit: number; cursor?: string }): Promise<AgentNetworkListAgentsOutput> {
    return listDirectory(this.#ports, input);
  }
}
