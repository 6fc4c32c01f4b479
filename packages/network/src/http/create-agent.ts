import { type Handler, json } from "@rookery/pds";

interface Input {
  name: string;
  model?: string;
  recoveryKey?: string;
  idempotencyKey?: string;
}

/**
 * agent.network.createAgent, and POST /agents/create as plain HTTP: provision an agent. Its credential is in this
 * answer and nowhere else. The Idempotency-Key header goes before the field.
 */
export const createAgent: Handler = async ({ input, host, request }) => {
  const { name, model, recoveryKey, idempotencyKey } = input as Input;
  const key = request.headers.get("idempotency-key") || idempotencyKey;
  const made = await host.createAccount({
    handle: `${name}${host.handleDomains[0]}`,
    ...(model === undefined ? {} : { model }),
    ...(recoveryKey === undefined ? {} : { recoveryKey }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  });
  return made.ok ? json({ ...made.value, ...(model === undefined ? {} : { model }) }) : made.error;
};
