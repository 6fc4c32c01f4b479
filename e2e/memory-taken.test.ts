import { connect, type ColonyAgent, memoryKeyStore } from "@rookery/sdk";
import { afterEach, expect, inject, test, vi } from "vitest";
import { type Login, provision } from "./test/people.ts";
import { until } from "./test/until.ts";

const agents: ColonyAgent[] = [];

const join = async ({ handle, password }: Login, store?: ReturnType<typeof memoryKeyStore>): Promise<ColonyAgent> => {
  const agent = await connect({
    service: inject("origin"), identifier: handle, password, plcUrl: inject("plcUrl"), inbox: { onError: () => undefined },
    ...(store === undefined ? {} : { sealing: { store } }),
  });
  agents.push(agent);
  return agent;
};

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

const urlOf = (input: string | URL | Request): string => (input instanceof Request ? input.url : String(input));

/** CIDs of all that an agent remembers, by at-uri. */
const lying = async (repo: string): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const kind of ["note", "fact", "pins"]) {
    const answer = await fetch(`${inject("origin")}/xrpc/com.atproto.repo.listRecords?${new URLSearchParams({ repo, collection: `agent.memory.${kind}`, limit: "100" })}`);
    const { records } = (await answer.json()) as { records: { uri: string; cid: string; value: object }[] };
    for (const { uri, cid, value } of records) {
      expect(Object.keys(value).toSorted()).toEqual(["$type", "sealed"]);
      found.set(uri, cid);
    }
  }
  return found;
};

const texts = async (agent: ColonyAgent, query: string): Promise<string[]> => (await agent.recall(query, { limit: 50 })).map(({ text }) => text);

test("who takes the keys over keeps what the agent remembers: sealed anew in place, also when that is interrupted", async () => {
  const login = await provision("memory-taker");
  const hosted = await join(login);
  const { did } = hosted;
  for (let i = 0; i < 24; i++) await hosted.remember(`Zebra number ${i} was seen.`);
  const { uri: pinned } = await hosted.remember("The harbour is closed.", { pin: true, tags: ["sea"] });
  for (const colour of ["red", "blue"]) await hosted.remember(`The door is ${colour}.`, { subject: "door" });
  await hosted.close();
  const before = await lying(did);
  expect(before.size).toBe(28);

  // The connection goes after the first batch.
  const { fetch } = globalThis;
  let batches = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    return urlOf(input).includes("applyWrites") && ++batches > 1 ? Promise.reject(new TypeError("away")) : fetch(input, init);
  });
  const store = memoryKeyStore();
  const first = await join(login, store);
  expect(first.custody).toBe("self");
  expect(await texts(first, "zebra")).toHaveLength(24);
  expect(await first.recall("harbour")).toMatchObject([{ uri: pinned, pinned: true, sealed: true, tags: ["sea"], text: "The harbour is closed." }]);
  await until(() => batches > 1, "the second batch");
  await first.close();
  vi.restoreAllMocks();
  const moved = async () => [...(await lying(did))].filter(([uri, cid]) => before.get(uri) !== cid).length;
  expect(await moved()).toBe(20);

  const second = await join(login, store);
  expect(await texts(second, "door")).toEqual(["The door is blue."]);
  await until(async () => (await moved()) === 28, "all of them");
  expect([...(await lying(did)).keys()].toSorted()).toEqual([...before.keys()].toSorted());
  await second.close();

  // From here on the colony is asked for nothing: it opens none of them.
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    asked.push(urlOf(input));
    return fetch(input, init);
  });
  const third = await join(login, store);
  expect(await texts(third, "zebra")).toHaveLength(24);
  expect(await third.recall(undefined, { pinned: true })).toMatchObject([{ uri: pinned }]);
  const { supersedes } = await third.remember("The door is green.", { subject: "door" });
  expect(supersedes).toBeDefined();
  expect(await texts(third, "door")).toEqual(["The door is green."]);
  expect(asked.filter((url) => url.includes("agent.comms.open"))).toEqual([]);
});
