import { fromBase64, toBase64 } from "@rookery/envelope";
import { describe, expect, it } from "vitest";
import { isForFormerKey } from "./former-keys.ts";

const ANN = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const BEN = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const [OLD, NEW, OTHER] = [1, 2, 3].map((byte) => toBase64(new Uint8Array(32).fill(byte)));

const standing = (keyId: Uint8Array) => (toBase64(keyId) === OLD ? "former" : toBase64(keyId) === NEW ? "held" : undefined);
const sealedFor = (...ids: (string | undefined)[]) => [{ $type: "agent.comms.defs#sealed", recipients: ids.map((id) => ({ keyId: { $bytes: id } })) }];

describe("a record that does not open", () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ["for a key that is deleted, among others", { to: [BEN], content: sealedFor(OTHER, OLD) }, true],
    ["for a key that is here: then it is damaged", { to: [BEN], content: sealedFor(NEW) }, false],
    ["for somebody's key", { to: [BEN], content: sealedFor(OTHER) }, false],
    ["for a key that is deleted, and addressed to another", { to: [ANN], content: sealedFor(OLD) }, false],
    ["with nonsense for recipients", { to: [BEN], content: [{ recipients: [null, 3, {}] }] }, false],
  ])("%s", (_, record, expected) => {
    expect(isForFormerKey(BEN, "agent.comms.message", record, standing)).toBe(expected);
  });

  it("is looked at in each form: a field of its own, too", () => {
    expect(fromBase64(OLD ?? "")).toHaveLength(32);
    expect(isForFormerKey(BEN, "agent.comms.question", { to: BEN, sealed: sealedFor(OLD)[0] }, standing)).toBe(true);
  });
});
