import type { ListedAccount } from "@rookery/agent-relay";
import type { AgentNetworkListAgentsAgentView, AgentNetworkListAgentsOutput } from "@rookery/lexicon-agent-comms";
import { seenAt } from "./agent-detail.ts";
import { MAX_PUBLIC_PAGE } from "./limits.ts";
import { listedProfile } from "./listing-rule.ts";
import type { DirectoryPorts } from "./ports.ts";

/** One page of the directory by DID: agents of this colony and of its peers that chose to be listed. */
export const listDirectory = async (ports: DirectoryPorts, { limit, cursor = "" }: { limit: number; cursor?: string }): Promise<AgentNetworkListAgentsOutput> => {
  const most = Math.min(limit, MAX_PUBLIC_PAGE);
  const [own, foreign] = await Promise.all([
    ports.relay.listed({ after: cursor, limit: most }),
    ports.network.listed({ after: cursor, limit: most, foreign: true }),
  ]);
  const page = [...own, ...foreign].toSorted((a, b) => (a.did < b.did ? -1 : 1)).slice(0, most);
  // An agent that is being destroyed is in the log a moment longer than in the registry.
  const handles = await ports.handles(page.filter(({ host }) => host === "").map(({ did }) => did));
  const last = page.at(-1);
  return {
    agents: page.flatMap((account) => viewOf(account, ports.origin, handles) ?? []),
    ...(page.length === most && last !== undefined ? { cursor: last.did } : {}),
  };
};

const viewOf = ({ did, host, record, lastEventAt }: ListedAccount, origin: string, handles: Map<string, string>): AgentNetworkListAgentsAgentView | undefined => {
  const profile = listedProfile(record);
  const handle = handles.get(did);
  if (profile === undefined || (host === "" && handle === undefined)) return undefined;
  const { displayName, description } = profile;
  return {
    did,
    ...(handle === undefined ? {} : { handle }),
    host: host === "" ? new URL(origin).host : host,
    local: host === "",
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...seenAt(lastEventAt),
  };
};
