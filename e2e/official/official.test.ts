import { AtpAgent } from "@atproto/api";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "./official.ts";

let official: Official;

beforeAll(async () => {
  official = await startOfficial({ plcUrl: inject("plcUrl") });
}, OFFICIAL_TIMEOUT);
afterAll(() => official.stop());

it("runs beside the colony, on the same PLC directory, and keeps its mails", async () => {
  const agent = new AtpAgent({ service: official.origin });
  await agent.createAccount({ handle: "helper.test", email: "helper@example.com", password: "a good password" });
  const { data } = await agent.com.atproto.server.describeServer();
  expect(data.did).toBe(official.did);
  const document: unknown = await (await fetch(`${inject("plcUrl")}/${agent.assertDid}`)).json();
  expect(JSON.stringify(document)).toContain(official.origin);
  await agent.com.atproto.server.requestEmailConfirmation();
  expect(official.mails()).toMatchObject([{ to: "helper@example.com", subject: "Email Confirmation" }]);
});
