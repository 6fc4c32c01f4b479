import { env, runInDurableObject } from "cloudflare:test";
import { encodeData, MAX_PLAINTEXT } from "@rookery/envelope";
import { expect, it } from "vitest";
import { migrate } from "../schema.ts";
import { Vault } from "../vault/vault.ts";
import { type Letter, Mail } from "./mail.ts";

it("reads what is kept of messages, as it is kept now and as it was kept before", () =>
  runInDurableObject(env.AGENT.get(env.AGENT.idFromName("mail of two kinds")), (_, { storage }) => {
    storage.transactionSync(() => migrate(storage.sql));
    const vault = new Vault(storage.sql, new Uint8Array(32).fill(3), "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
    const mail = new Mail(storage.sql, vault);
    const letter: Letter = { sealed: true, record: { $type: "agent.comms.message", text: "früher 🌅", bytes: { $bytes: "AQID" } }, decision: { disposition: "accepted" } };
    vault.put("mail", "1", encodeData(letter));
    mail.put(2, letter);
    expect([mail.get(1), mail.get(2)]).toEqual([letter, letter]);
    expect(mail.get(3)).toEqual({ sealed: false, decision: { disposition: "accepted" } });
  }));

it("keeps the longest message there can be, also one that JSON makes six times as long", () =>
  runInDurableObject(env.AGENT.get(env.AGENT.idFromName("mail that is long")), (_, { storage }) => {
    storage.transactionSync(() => migrate(storage.sql));
    const mail = new Mail(storage.sql, new Vault(storage.sql, new Uint8Array(32).fill(3), "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));
    for (const letter of ["\u0001", "x"].map((sign): Letter => ({ sealed: true, record: { $type: "agent.comms.message", text: sign.repeat(MAX_PLAINTEXT) }, decision: { disposition: "accepted" } }))) {
      mail.put(1, letter);
      expect(mail.get(1)).toEqual(letter);
    }
  }));
