import { type EnvelopeSealer, type KeyRing, OpenError, SealError } from "@rookery/envelope";
import { type Outcome, ok } from "@rookery/sync";
import { withKeys } from "../keys/key-fault.ts";
import type { AgentState } from "../state.ts";
import { cannotSeal } from "./faults.ts";

/**
 * Run `work` with what seals for the agent; an agent without keys becomes a hosted one by it. Errors beside those of `work`:
 * `CannotSeal` (400) for whatever cannot be sealed; those of `HostedKeys.sealer`.
 */
export async function withSealer<T>({ sealing }: AgentState, work: (sealer: EnvelopeSealer) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const sealer = await sealing.sealer();
  if (!sealer.ok) return sealer;
  // Sealing may publish a new key of the agent's own, and that may be refused like any write.
  const done = await sealing.attempt(async (): Promise<Outcome<T>> => {
    try {
      return await work(sealer.value);
    } catch (error) {
      if (error instanceof SealError) return cannotSeal(error.message);
      if (error instanceof OpenError) return cannotSeal("The record does not open with the agent's own keys");
      throw error;
    }
  });
  return done.ok ? done.value : done;
}

/** What opens for the agent, also what is left after its owner took over. Error: `KeyUnavailable` (500). */
export const ringOf = ({ sealing }: Pick<AgentState, "sealing">): Promise<Outcome<KeyRing>> => withKeys(async () => ok(await sealing.ring()));
