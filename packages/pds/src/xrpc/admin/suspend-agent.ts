import { type Handler, fault, invalid, json } from "../call.ts";

/** agent.network.suspendAgent: a takedown with an end, of the whole account. */
export const suspendAgent: Handler = async ({ input, host }) => {
  const { did, suspended, until, ref } = input as { did: string; suspended: boolean; until?: string; ref?: string };
  const end = until === undefined ? undefined : Date.parse(until);
  if (end !== undefined && !(end > Date.now())) return invalid(`until must be in the future, is ${until}`);
  const known = await host.find(did);
  if (known === undefined) return fault(404, "AgentNotFound", `No agent here: ${did}`);
  const agent = host.agent(known.did);
  const done = await agent.suspend({ applied: suspended, ...(ref === undefined ? {} : { ref }), ...(end === undefined ? {} : { until: end }) });
  await host.forget(did);
  if (!done.ok) return done.error;
  const status = await agent.getStatus();
  return status.ok ? json({ did, active: status.value.active, status: status.value.status }) : status.error;
};
