import { type Handler, invalid, json } from "@rookery/pds";

interface Input {
  name: string;
  model?: string;
  recoveryKey?: string;
  idempotencyKey?: string;
  keys?: string;
}

/**
 * agent.network.createAgent, and POST /agents/create as plain HTTP: provision an agent. Its credential is in this
 * answer and nowhere else. The Idempotency-Key header goes before the field.
 */
export const createAgent: Handler = async ({ input, host, request }) => {
  const { name, model, recoveryKey, idempotencyKey, keys = "hosted" } = input as Input;
  if (keys !== "hosted" && keys !== "self") return invalid(`Keys are held hosted or self, not ${keys.slice(0, 64)}`);
  const key = request.headers.get("idempotency-key") || idempotencyKey;
  const made = await host.createAccount({
    keys,
    handle: `${name}${host.handleDomains[0]}`,
    allowReserved: "words",
    ...(model === undefined ? {} : { model }),
    ...(recoveryKey === undefined ? {} : { recoveryKey }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  return made.ok ? json({ ...made.value, ...(model === undefined ? {} : { model }) }) : made.error;
};
