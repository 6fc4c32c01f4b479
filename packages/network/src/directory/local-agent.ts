import type { KnownAgent } from "@rookery/pds";
import { type Outcome, ok } from "@rookery/sync";
import { type AgentDetail, notFound, readAgent, seenAt } from "./agent-detail.ts";
import type { DirectoryPorts } from "./ports.ts";
import { localSource } from "./record-source.ts";

/** An agent of this colony. One that is not active, by its own word, is seen by itself and by the admin only. */
export const localAgent = async (ports: DirectoryPorts, { did, handle }: KnownAgent, evenIfUnlisted: boolean): Promise<Outcome<AgentDetail>> => {
  const [activity, status] = await Promise.all([ports.relay.activity(did), ports.agent(did).getStatus()]);
  if (!evenIfUnlisted && !(status.ok && status.value.active)) return notFound(did);
  const read = await readAgent(ports, { did, evenIfUnlisted, source: () => localSource(ports.agent(did)) });
  if (!read.ok) return read;
  const { document: _, ...rest } = read.value;
  return ok({ did, handle, host: new URL(ports.origin).host, local: true, ...rest, ...seenAt(activity?.lastEventAt) });
};
