import { type Call, type Handler, json } from "@rookery/pds";
import { directoryOf } from "../host/directory.ts";
import { envOf, provisioningOf } from "../host/host.ts";

/** Parameters of both, as the lexicon has checked them. */
type Page = { limit: number; cursor?: string };

/** agent.network.listAgents, and GET /agents: the directory for everybody, the registry for the admin. */
export const listAgents: Handler = async (call) => {
  const { caller, host, params } = call;
  return caller.kind === "admin" ? registered(call) : json(await directoryOf(host, envOf(host)).list(params as Page));
};

/** All agents of the colony by handle. */
const registered = async ({ params, host }: Call): Promise<Response> => {
  const { limit, cursor } = params as Page;
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
