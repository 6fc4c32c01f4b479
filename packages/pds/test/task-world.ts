import { expect } from "vitest";
import type { OpenedMessage } from "../src/tasks/tasks-api.ts";
import { type Made, ringAlarm, value } from "./agents.ts";
import { createdAt, text, within } from "./sealing-world.ts";

/** What `send` takes for a task. */
export const request = (to: Made, said: string, more: Record<string, unknown> = {}) => ({ collection: "agent.comms.request", record: { to: to.did, input: [text(said)], createdAt, ...more } });

/** A response to a request. */
export const response = (to: { uri: string; cid: string }, state: string, more: Record<string, unknown> = {}) => ({ collection: "agent.comms.response", record: { request: { uri: to.uri, cid: to.cid }, state, createdAt: new Date().toISOString(), ...more } });

/** The wish to cancel it. */
export const cancel = (to: Made, task: { uri: string; cid: string }) => ({ collection: "agent.comms.cancel", record: { to: to.did, request: { uri: task.uri, cid: task.cid }, createdAt } });

/** The offer to take a task over. */
export const handoff = (to: Made, task: { uri: string; cid: string }, more: Record<string, unknown> = {}) => ({ collection: "agent.comms.handoff", record: { to: to.did, request: { uri: task.uri, cid: task.cid }, createdAt, ...more } });

/** The answer to it. */
export const answer = (offer: { uri: string; cid: string }, task: { uri: string; cid: string }, said: string, more: Record<string, unknown> = {}) => ({ collection: "agent.comms.handoffAnswer", record: { handoff: offer, request: { uri: task.uri, cid: task.cid }, answer: said, createdAt, ...more } });

/** The agent's private keys are over: it has a new one, and knows the ids of those before. */
export const forgetKeys = (agent: Made): Promise<void> =>
  within(agent, async ({ sealing }) => {
    const keyring = await sealing.keyring();
    if (keyring === undefined) throw new Error("there are no keys");
    await keyring.own.rotate();
    const [newest, ...over] = keyring.state.keys;
    if (newest === undefined) throw new Error("there is no key");
    keyring.state.keys = [newest];
    keyring.state.former = over.map(({ pair }) => Buffer.from(pair.keyId).toString("base64").replace(/=+$/, ""));
    await keyring.save();
  });

/** Everything that has reached an agent, opened; of one author. */
export const opened = async (agent: Made, from?: Made): Promise<OpenedMessage[]> => {
  await agent.api.wake();
  const { messages } = value(await agent.api.listOpened({ limit: 100 }));
  return messages.filter(({ author }) => from === undefined || author === from.did);
};

/** Wait until so many have come from an author, and answer the newest. */
export const arrived = async (agent: Made, from: Made, count: number): Promise<OpenedMessage> => {
  await expect.poll(async () => (await opened(agent, from)).length).toBe(count);
  const newest = (await opened(agent, from)).at(-1);
  if (newest === undefined) throw new Error("nothing came");
  return newest;
};

/** What a message says. */
export const said = ({ json }: OpenedMessage): Record<string, unknown> => JSON.parse(json ?? "{}") as Record<string, unknown>;

/** Have an agent do by alarm what is due, whatever time it is due at. */
export const due = async (agent: Made, job: "tasks" | "receipts" | "arrivals"): Promise<void> => {
  await within(agent, async ({ scheduler }) => scheduler.ensure(job, 1));
  await ringAlarm(agent);
};

/** The state of a task as an agent knows it. */
export const stateOf = async (agent: Made, uri: string): Promise<string> => {
  const found = await agent.api.getTask({ uri });
  return found.ok ? found.value.state : found.error.name;
};
