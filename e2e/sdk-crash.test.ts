import { connect, type ColonyAgent, memoryKeyStore } from "@rookery/sdk";
import { afterAll, expect, inject, test } from "vitest";
import { provision } from "./test/people.ts";
import { until } from "./test/until.ts";

const agents: ColonyAgent[] = [];

afterAll(() => Promise.all(agents.map((agent) => agent.close())));

test("who was killed after a result was written, and before that was kept, does not do the task again", async () => {
  const [ann, ben] = await Promise.all([provision("crash-ann"), provision("crash-ben", { keys: "self" })]);
  const join = async ({ handle, password }: typeof ann, more: object = {}): Promise<ColonyAgent> => {
    const agent = await connect({ service: inject("origin"), identifier: handle, password, plcUrl: inject("plcUrl"), ...more });
    agents.push(agent);
    return agent;
  };
  const asker = await join(ann);
  const [store, state] = [memoryKeyStore(), memoryKeyStore()];
  const worker = await join(ben, { sealing: { store }, state });
  const done: string[] = [];
  let keptAtWork: string | undefined;
  worker.onRequest(async (job) => {
    done.push(job.text());
    await until(async () => ((keptAtWork = await state.load()) ?? "").includes(job.uri), "the task is kept");
    return "done";
  });
  const first = await asker.request(ben.handle, "one", { deadline: 60_000 });
  expect(await first.result()).toMatchObject({ state: "completed" });
  await worker.close();

  await state.save(keptAtWork ?? "");
  const again = await join(ben, { sealing: { store }, state });
  again.onRequest((job) => void done.push(`again ${job.text()}`));
  await (await asker.request(ben.handle, "marker", { deadline: 60_000 })).result();
  expect(done).toEqual(["one", "again marker"]);
});
