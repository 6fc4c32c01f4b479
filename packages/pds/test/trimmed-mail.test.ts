import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { insertMessage, trimInbox } from "../src/store/inbox.ts";
import { oldestId } from "../src/store/mail.ts";
import { type Letter, Mail } from "../src/tasks/mail.ts";
import { makeAgent } from "./agents.ts";

it("what was opened goes with the message that it was", async () => {
  const { stub } = await makeAgent();
  await runInDurableObject(stub, (instance, { storage: { sql } }) =>
    instance.inside(async ({ vault }) => {
      const mail = new Mail(sql, vault);
      const letter: Letter = { sealed: true, record: { text: "opened" } };
      expect(mail.trim(1, oldestId(sql))).toBe(1);
      for (let id = 1; id <= 30; id++) {
        insertMessage(sql, { identity: `m${id}`, seq: id, author: "did:plc:x", path: `c/${id}`, rev: `3k${id}`, action: "create", cid: "c", bytes: new Uint8Array(100) }, "colony", "now");
        mail.put(id, letter);
      }
      trimInbox(sql, 2_000);
      expect(mail.trim(1, oldestId(sql))).toBe(21);
      expect([mail.get(20).record, mail.get(21).record]).toEqual([undefined, letter.record]);
      expect(vault.count("mail")).toBe(10);
    }));
});
