import { type Incoming, memoryKeyStore, textOf } from "@rookery/sdk";
import { expect, test } from "vitest";
import { join } from "./test/join.ts";
import { provision } from "./test/people.ts";
import { until } from "./test/until.ts";

/** What a store holds after the agent was away until the time of its keys was over: their ids are known, and nothing opens with them. */
const weeksLater = (text: string): string => {
  const state = JSON.parse(text) as { keys: { keyId: string }[]; former: string[] };
  return JSON.stringify({ ...state, keys: [], former: [...state.keys.map(({ keyId }) => keyId), ...state.former] });
};

test.each(["hosted", "self"] as const)("what was sealed for a key that is gone is sealed again by a sender whose keys are %s, and arrives once", async (custody) => {
  const ann = await join(await provision(`gone-${custody}-ann`, custody === "self" ? { keys: "self" } : {}), custody === "self" ? { sealing: { store: memoryKeyStore() } } : {});
  const login = await provision(`gone-${custody}-ben`, { keys: "self" });
  const store = memoryKeyStore();
  await (await join(login, { sealing: { store } })).close();
  const letter = await ann.send(login.handle, "Read this one day");
  const task = await ann.request(login.handle, "Count to three", { deadline: 60_000 });
  // Answers are looked for while one waits.
  const outcome = task.result();
  await store.save(weeksLater((await store.load()) ?? ""));

  const ben = await join(login, { sealing: { store } });
  const got: Incoming[] = [];
  const done: string[] = [];
  ben.onMessage((incoming) => void got.push(incoming));
  ben.onRequest((job) => {
    done.push(job.text());
    return "one two three";
  });
  expect(await outcome).toMatchObject({ state: "completed", by: ben.did });
  const texts = (): string[] => got.flatMap((incoming) => (incoming.kind === "message" ? [textOf(incoming.record.content)] : []));
  await until(() => texts().length > 0, "the letter");
  expect(texts()).toEqual(["Read this one day"]);
  expect(done).toEqual(["Count to three"]);
  expect(got.filter(({ kind }) => kind === "unopened").map(({ uri }) => uri).toSorted()).toEqual([letter.uri, task.uri].toSorted());
});
