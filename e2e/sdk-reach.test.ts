import { connect, type ColonyAgent, memoryKeyStore } from "@rookery/sdk";
import { afterAll, describe, expect, inject, test } from "vitest";
import { provision } from "./test/people.ts";
import { until } from "./test/until.ts";

const agents: ColonyAgent[] = [];

const employ = async (name: string, custody: "hosted" | "self" = "hosted"): Promise<ColonyAgent> => {
  const { handle, password } = await provision(name, custody === "self" ? { keys: "self" } : {});
  const agent = await connect({ service: inject("origin"), identifier: handle, password, plcUrl: inject("plcUrl"), ...(custody === "self" ? { sealing: { store: memoryKeyStore() } } : {}) });
  agents.push(agent);
  return agent;
};

afterAll(() => Promise.all(agents.map((agent) => agent.close())));

describe.each(["hosted", "self"] as const)("an agent whose keys are %s", (custody) => {
  test("says who reaches it, and lets in who waits", async () => {
    const [ann, ben] = [await employ(`reach-${custody}-ann`, custody), await employ(`reach-${custody}-ben`)];
    expect(await ann.policy.put({ colonyIsKnown: false, unknown: "quarantine" })).toMatchObject({ unknown: "quarantine" });
    const { uri } = await ben.send(ann.did, "May I?");
    await until(async () => (await ann.policy.get()).quarantined === 1, "what waits");
    expect((await ann.policy.quarantined()).items).toMatchObject([{ uri, author: ben.did }]);
    const arrived = new Promise<string>((resolve) => ann.onMessage((incoming) => resolve(incoming.uri)));
    expect(await ann.policy.release({ uris: [uri], allow: true })).toBe(1);
    expect(await arrived).toBe(uri);
    expect(await ann.policy.discard({ author: ben.did })).toBe(0);
  });

  test("is called at its endpoints", async () => {
    const ann = await employ(`hooks-${custody}-ann`, custody);
    const { webhook, secret } = await ann.webhooks.put({ url: "http://127.0.0.1:9/hook", contents: "reference" });
    expect(secret).toMatch(/^whsec_/);
    expect(await ann.webhooks.list()).toMatchObject([{ id: webhook.id, url: "http://127.0.0.1:9/hook" }]);
    await ann.webhooks.delete(webhook.id);
    expect(await ann.webhooks.list()).toEqual([]);
  });

  test("condenses what it remembers, and knows how much that is", async () => {
    const ann = await employ(`stats-${custody}-ann`, custody);
    await ann.remember("The pump needs priming");
    const { kinds } = await ann.memory.stats();
    expect(kinds.find(({ kind }) => kind === "note")).toMatchObject({ count: 1 });
    expect(await ann.memory.compact()).toMatchObject({ summaries: [], collected: 0 });
  });
});
