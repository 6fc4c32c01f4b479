import { connect, memoryKeyStore, textOf } from "@rookery/sdk";

/** Who is to do what, where. */
export interface AgentOnce {
  service: string;
  plcUrl: string;
  identifier: string;
  password: string;
  /** Keys of its own. */
  sealing: boolean;
  /** DID or handle of somebody who answers what is asked. */
  friend: string;
}

/** What an agent's author does, wherever that runs: everything once. Answers what came of it. */
export const agentOnce = async ({ service, plcUrl, identifier, password, sealing, friend }: AgentOnce): Promise<Record<string, unknown>> => {
  const agent = await connect({ service, plcUrl, identifier, password, ...(sealing ? { sealing: { store: memoryKeyStore() } } : {}) });
  try {
    const greeted = new Promise<string>((resolve) => agent.onMessage((incoming) => void (incoming.kind === "message" && resolve(textOf(incoming.record.content)))));
    // The friend asks back before it answers: this agent works as it waits.
    agent.onRequest(async (job) => {
      job.progress(50);
      return `${job.text()}, says ${agent.custody}`;
    });
    await agent.send(friend, "hello");
    const task = await agent.request(friend, "ask me something", { deadline: 60_000 });
    const outcome = await task.result();
    const memory = await agent.remember("My friend asks back", { tags: ["friend"] });
    const [best] = await agent.recall("who asks back?");
    const grant = await agent.share(memory.uri, friend);
    return { outcome: outcome.state === "completed" ? outcome.text() : outcome.reason, greeted: await greeted, best: best?.text, memory: memory.uri, grant: grant.uri };
  } finally {
    await agent.close();
  }
};
