import type { SourceName } from "@rookery/pds";
import type { Env, WakeMessage } from "./env.ts";
import { hostOf } from "./host/host.ts";
import { agentStub } from "./host/stubs.ts";

/**
 * The delivery queue only wakes: the truth is in the relay, so a lost or repeated message costs nothing. A
 * recipient that cannot be woken is tried again by the queue, and at last set aside in the dead-letter queue.
 */
export const consume = async (batch: MessageBatch<WakeMessage>, env: Env): Promise<void> => {
  const host = hostOf(env);
  // Several messages of one relay to one agent are one wake.
  const woken = new Map<string, Promise<boolean>>();
  const wake = async (did: string, source: SourceName | undefined): Promise<boolean> => {
    if ((await host.find(did)) === undefined) return true;
    try {
      await agentStub(env, did).wake(source === undefined ? {} : { source });
      return true;
    } catch (error) {
      console.error(JSON.stringify({ event: "wake-failed", did, error: error instanceof Error ? error.message : String(error) }));
      return false;
    }
  };
  for (const message of batch.messages) {
    const { recipient, source } = message.body;
    const key = `${recipient} ${source}`;
    const attempt = woken.get(key) ?? wake(recipient, source);
    woken.set(key, attempt);
    if (await attempt) message.ack();
    else message.retry();
  }
};
