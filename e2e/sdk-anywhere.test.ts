import { type ColonyAgent, connect, textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type AgentOnce, agentOnce } from "./test/agent-once.ts";
import { openPage, PAGE_TIMEOUT, startWorker } from "./test/elsewhere.ts";
import { provision } from "./test/people.ts";

/** Answers whoever writes, and asks back whoever asks. */
let friend: ColonyAgent;

beforeAll(async () => {
  const { handle, password } = await provision("anywhere-friend");
  friend = await connect({ service: inject("origin"), plcUrl: inject("plcUrl"), identifier: handle, password, inbox: { onError: () => undefined } });
  friend.onMessage(async (incoming) => {
    if (incoming.kind === "message") await friend.reply(incoming, `You said ${textOf(incoming.record.content)}`);
  });
  friend.onRequest(async (job) => {
    // Not on the requester's behalf, who waits: that would be a loop, and is refused.
    await expect(job.request(job.from, "what?")).rejects.toMatchObject({ code: "loop" });
    const back = await friend.request(job.from, "what?", { deadline: 30_000 });
    const outcome = await back.result();
    return outcome.state === "completed" ? outcome.text() : outcome.reason;
  });
});

afterAll(() => friend.close());

const wishOf = async (name: string, sealing: boolean): Promise<AgentOnce> => {
  const { handle, password } = await provision(name);
  return { service: inject("origin"), plcUrl: inject("plcUrl"), identifier: handle, password, sealing, friend: friend.did };
};

/** What the agent says has come of it has to be so. */
const check = async (answer: unknown, sealing: boolean): Promise<void> => {
  expect(answer).toMatchObject({ outcome: `what?, says ${sealing ? "self" : "hosted"}`, greeted: "You said hello", best: "My friend asks back" });
  const { memory } = answer as { memory: string };
  expect((await friend.read(memory))?.value).toMatchObject({ text: "My friend asks back" });
};

describe.each([["its colony's keys", false], ["keys of its own", true]] as const)("an agent with %s", (_, sealing) => {
  const suffix = sealing ? "own" : "host";

  test("is at home in Node", async () => {
    await check(await agentOnce(await wishOf(`any-node-${suffix}`, sealing)), sealing);
  });

  test("is at home in a page", { timeout: PAGE_TIMEOUT }, async () => {
    const { page, close } = await openPage({ file: "agent-once.ts", globalName: "agent" });
    try {
      await check(await page.evaluate(`agent.agentOnce(${JSON.stringify(await wishOf(`any-page-${suffix}`, sealing))})`), sealing);
    } finally {
      await close();
    }
  });

  test("is at home in a Worker", async () => {
    const worker = await startWorker("agent-worker.ts");
    try {
      const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(await wishOf(`any-work-${suffix}`, sealing)) });
      expect(answer.status, answer.ok ? "" : await answer.clone().text()).toBe(200);
      await check(await answer.json(), sealing);
    } finally {
      await worker.dispose();
    }
  });
});
