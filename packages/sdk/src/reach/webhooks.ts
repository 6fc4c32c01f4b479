import { type AgentCommsListWebhooksWebhook, type AgentCommsPutWebhookInput, type AgentCommsPutWebhookOutput, ids } from "@rookery/lexicon-agent-comms";
import type { Session } from "../session.ts";

/** Where an agent that sleeps is called; see agent.comms.listWebhooks. */
export type Webhook = AgentCommsListWebhooksWebhook;

/** Endpoints that the agent's colony posts to when something arrives. */
export class Webhooks {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Make one, or change the one with this `id`. @returns it, and its secret, which is not shown again. @throws ColonyError */
  put(webhook: AgentCommsPutWebhookInput): Promise<AgentCommsPutWebhookOutput> {
    return this.#session.call(ids.AgentCommsPutWebhook, webhook);
  }

  /** All of them, with how each is doing. @throws ColonyError */
  async list(): Promise<Webhook[]> {
    return (await this.#session.query(ids.AgentCommsListWebhooks)).webhooks;
  }

  /** @throws ColonyError */
  delete(id: string): Promise<void> {
    return this.#session.tell(ids.AgentCommsDeleteWebhook, { id });
  }
}
