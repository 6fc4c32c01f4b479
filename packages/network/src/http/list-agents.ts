import { type Handler, json } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

/** agent.network.listAgents: the colony's agents by handle, for the admin. */
export const listAgents: Handler = async ({ params, host }) => {
  const { limit, cursor } = params as { limit?: number | string; cursor?: string };
  const size = Math.min(Math.max(Number(limit ?? 100) || 100, 1), 1000);
  const rows = await provisioningOf(host).registry.list(cursor ?? "", size);
  const last = rows.at(-1);
  return json({
    agents: rows.map(({ did, handle, created_at, model }) => ({
      did,
      handle,
      createdAt: new Date(created_at).toISOString(),
      ...(model === null ? {} : { model }),
    })),
    ...(rows.length === size && last !== undefined ? { cursor: last.handle } : {}),
  });
};
