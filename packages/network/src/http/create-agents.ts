import { type Handler, type NewAccount, invalid, json } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

interface NewAgent {
  name: string;
  model?: string;
  recoveryKey?: string;
  idempotencyKey?: string;
  keys?: string;
}

interface Input {
  agents: NewAgent[];
  idempotencyKey?: string;
}

/**
 * agent.network.createAgents: provision several agents. Their credentials are in this answer and nowhere else. The
 * Idempotency-Key header goes before the field.
 */
export const createAgents: Handler = async ({ input, host, request }) => {
  const { agents, idempotencyKey } = input as Input;
  const key = request.headers.get("idempotency-key") || idempotencyKey;
  const accounts: NewAccount[] = [];
  for (const { name, model, recoveryKey, idempotencyKey: own, keys = "hosted" } of agents) {
    if (keys !== "hosted" && keys !== "self") return invalid(`Keys are held hosted or self, not ${keys.slice(0, 64)}`);
    // Of one key for all, each has its own part.
    const ownKey = own ?? (key === undefined ? undefined : `${key}\n${name}`);
    accounts.push({
      keys,
      handle: `${name}${host.handleDomains[0]}`,
      allowReserved: "words",
      ...(model === undefined ? {} : { model }),
      ...(recoveryKey === undefined ? {} : { recoveryKey }),
      ...(ownKey === undefined ? {} : { idempotencyKey: ownKey }),
    });
  }
  const made = await provisioningOf(host).createMany(accounts);
  return json({
    agents: made.map((outcome, i) => {
      const { name = "", model } = agents[i] ?? {};
      if (!outcome.ok) return { name, error: outcome.error.name, message: outcome.error.message };
      return { name, ...outcome.value, ...(model === undefined ? {} : { model }) };
    }),
  });
};
