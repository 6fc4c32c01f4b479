import { beforeAll, expect, inject, test } from "vitest";
import { openPage, PAGE_TIMEOUT, startWorker } from "./test/elsewhere.ts";
import type { FollowOnce } from "./test/follow-once.ts";
import { NOTES, signUp } from "./test/people.ts";

const EXPECTED = ['create here: "wherever you are"', 'create here: "wherever you are"'];

let wish: FollowOnce;

beforeAll(async () => {
  const { agent, did } = await signUp("anywhere");
  await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, rkey: "here", record: { text: "wherever you are" } });
  wish = { url: inject("origin"), plcUrl: inject("plcUrl"), did };
});

test("a page follows", { timeout: PAGE_TIMEOUT }, async () => {
  const { page, close } = await openPage({ file: "follow-once.ts", globalName: "follower" });
  try {
    expect(await page.evaluate(`follower.followOnce(${JSON.stringify(wish)})`)).toEqual(EXPECTED);
  } finally {
    await close();
  }
});

test("a Worker follows", async () => {
  const worker = await startWorker("follow-worker.ts");
  try {
    const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(wish) });
    expect(await answer.json()).toEqual(EXPECTED);
  } finally {
    await worker.dispose();
  }
});
