import { type Handler, json } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

/** agent.network.listAgents, and GET /agents: the colony's agents by handle, for the admin. */
export const listAgents: Handler = async ({ params, host }) => {
  const { limit, cursor } = params as { limit: number; cursor?: string };
  const rows = await provisioningOf(host).registry.list(cursor ?? "", limit);
  const last = rows.at(-1);
  return json({
    agents: rows.map(({ did, handle, state, created_at, model }) => ({
      did,
      handle,
      state,
      createdAt: new Date(created_at).toISOString(),
      ...(model === null ? {} : { model }),
    })),
    ...(rows.length === limit && last !== undefined ? { cursor: last.handle } : {}),
  });
};
