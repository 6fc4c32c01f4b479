import { expect } from "vitest";
import { ask, insist } from "./client.ts";
import type { Agent } from "./people.ts";
import type { Scene } from "./scene.ts";

interface Found {
  uri: string;
  value: { text: string };
}

const remember = async (origin: string, { token }: Agent, text: string): Promise<string> =>
  (await insist<{ uri: string }>(origin, "agent.memory.remember", { token, body: { text } })).json.uri;

const recall = async (origin: string, { token }: Agent): Promise<Found[]> =>
  (await insist<{ memories: Found[] }>(origin, "agent.memory.recall", { token, body: { query: "harbour gate", limit: 50 } })).json.memories;

/** Killed while the index follows the repository: nothing that was answered is missing, nothing is there twice, and what was forgotten is gone. */
export const memoryThrough = async (scene: Scene, point: string, agent: Agent): Promise<void> => {
  const { origin } = scene.colony;
  if (!scene.colony.runs) await scene.colony.start();
  const before = await recall(origin, agent);
  const gone = await remember(origin, agent, `The harbour gate was shut before ${point}.`);
  await recall(origin, agent);
  const kept = await remember(origin, agent, `The harbour gate was opened before ${point}.`);
  await insist(origin, "com.atproto.repo.deleteRecord", { token: agent.token, body: { repo: agent.did, collection: "agent.memory.note", rkey: gone.split("/").at(-1) } });
  await scene.dieAt(point, () => ask(origin, "agent.memory.recall", { token: agent.token, body: { query: "harbour" } }));
  await scene.colony.start();
  const after = (await recall(origin, agent)).map(({ uri }) => uri);
  expect(after.toSorted()).toEqual([...before.map(({ uri }) => uri), kept].toSorted());
};
