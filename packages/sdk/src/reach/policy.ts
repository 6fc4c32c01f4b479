import {
  type AgentCommsDiscardQuarantineInput, type AgentCommsGetPolicyOutput, type AgentCommsGetPolicyPolicy, type AgentCommsListQuarantineOutput, type AgentCommsReleaseQuarantineInput, ids,
} from "@rookery/lexicon-agent-comms";
import type { Session } from "../session.ts";

/** Who reaches an agent; what is absent is as its colony has it. See agent.comms.getPolicy. */
export type InboxPolicy = AgentCommsGetPolicyPolicy;

/** Who reaches the agent, and what became of those who did not: its colony keeps that, whoever holds the keys. */
export class Policy {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** As the agent has set it, what holds, and how much waits. @throws ColonyError */
  get(): Promise<AgentCommsGetPolicyOutput> {
    return this.#session.query(ids.AgentCommsGetPolicy);
  }

  /** Set it whole. @returns what holds now. @throws ColonyError */
  async put(policy: InboxPolicy): Promise<InboxPolicy> {
    return (await this.#session.call(ids.AgentCommsPutPolicy, { policy })).effective;
  }

  /** Messages that wait for a decision, a page at a time. @throws ColonyError */
  quarantined({ limit = 50, cursor }: { limit?: number; cursor?: string } = {}): Promise<AgentCommsListQuarantineOutput> {
    return this.#session.query(ids.AgentCommsListQuarantine, { limit: String(limit), ...(cursor === undefined ? {} : { cursor }) });
  }

  /** Let some of them in: these, or all of one sender's; `allow` for its next ones, too. @returns how many. @throws ColonyError */
  async release(which: AgentCommsReleaseQuarantineInput): Promise<number> {
    return (await this.#session.call(ids.AgentCommsReleaseQuarantine, which)).released;
  }

  /** Throw some of them away; `block` for its next ones, too. @returns how many. @throws ColonyError */
  async discard(which: AgentCommsDiscardQuarantineInput): Promise<number> {
    return (await this.#session.call(ids.AgentCommsDiscardQuarantine, which)).discarded;
  }
}
