import { beforeAll, describe, expect, it } from "vitest";
import { alice, bob, carol, context, createdAt, filled, keysOf } from "../test/people.ts";
import { fromBase64, toBase64 } from "./bytes.ts";
import { OpenError, type SealContext, type SealedContent, SUITES, open, seal } from "./index.ts";

const plaintext = new TextEncoder().encode("meet me at noon");
const epochKey = filled(7);
const changed = (bytes: { $bytes: string }, at = 0): { $bytes: string } => {
  const copy = fromBase64(bytes.$bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return { $bytes: toBase64(copy) };
};

describe.each(SUITES)("%s", (suite) => {
  let keys: Awaited<ReturnType<typeof keysOf>>;
  let sealed: SealedContent;
  let privately: SealedContent;

  beforeAll(async () => {
    keys = await keysOf(suite);
    sealed = await seal({ plaintext, type: "agent.comms.message", context, suite, recipients: [keys.bobs, keys.carols] });
    privately = await seal({ plaintext, type: "agent.memory.note", context, suite, epochKey });
  });

  const bobsRing = () => ({ keys: [keys.bobs] });
  const refused = async (value: unknown, where: SealContext = context, ring: Parameters<typeof open>[0]["ring"] = bobsRing()) => {
    const failure: unknown = await open({ sealed: value, context: where, ring }).then(
      () => "opened",
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OpenError);
    // The one error: nothing in it depends on what was wrong.
    const { message, name, cause } = failure as OpenError;
    expect({ message, name, cause }).toEqual({ message: "cannot be opened", name: "OpenError", cause: undefined });
    expect(Object.keys(failure as object)).toEqual(["name"]);
  };

  it("opens for each recipient, and tells what it is", async () => {
    for (const key of [keys.bobs, keys.carols]) {
      expect(await open({ sealed, context, ring: { keys: [keys.stranger, key] } })).toEqual({ type: "agent.comms.message", level: "shared", plaintext, blobs: [] });
    }
  });

  it("opens what is private for its author only", async () => {
    expect(await open({ sealed: privately, context, ring: { epochKeys: [filled(1), epochKey] } })).toMatchObject({ level: "private", plaintext });
    await refused(privately, context, { keys: [keys.bobs], epochKeys: [filled(1)] });
  });

  it("opens what is shared for its author too, by the epoch key", async () => {
    const both = await seal({ plaintext, type: "agent.comms.message", context, suite, epochKey, recipients: [keys.bobs] });
    expect(await open({ sealed: both, context, ring: { epochKeys: [epochKey] } })).toMatchObject({ level: "shared", plaintext });
    expect(await open({ sealed: both, context, ring: bobsRing() })).toMatchObject({ level: "shared", plaintext });
    await refused({ ...both, epoch: changed(both.epoch ?? { $bytes: "" }) });
  });

  it("is different each time", async () => {
    const again = await seal({ plaintext, type: "agent.comms.message", context, suite, recipients: [keys.bobs, keys.carols] });
    expect(again.ciphertext).not.toEqual(sealed.ciphertext);
    expect(again.salt).not.toEqual(sealed.salt);
    expect(again.commitment).not.toEqual(sealed.commitment);
  });

  it("refuses a wrong key, also one that claims the right id", async () => {
    await refused(sealed, context, { keys: [keys.stranger] });
    await refused(sealed, context, { keys: [{ ...keys.stranger, keyId: keys.bobs.keyId }] });
    await refused(sealed, context, {});
  });

  it.each<[string, Partial<SealContext>]>([
    ["another repository", { repo: bob }],
    ["another collection", { collection: "agent.comms.request" }],
    ["another record key: a replay", { rkey: "3kznmn7xqxl23" }],
    ["other recipients named", { routing: { ...context.routing, to: [bob] } }],
    ["recipients in another order", { routing: { ...context.routing, to: [carol, bob] } }],
    ["another time", { routing: { ...context.routing, createdAt: "2026-11-21T09:00:00.001Z" } }],
    ["a field more", { routing: { ...context.routing, priority: 5 } }],
    ["a field less", { routing: { to: [bob, carol], createdAt } }],
  ])("refuses the transplant to %s", async (_name, other) => {
    await refused(sealed, { ...context, ...other });
    await refused(privately, { ...context, ...other }, { epochKeys: [epochKey] });
  });

  it.each<[string, (value: SealedContent) => Record<string, unknown>]>([
    ["version", (value) => ({ ...value, version: 2 })],
    ["$type", (value) => ({ ...value, $type: "agent.comms.defs#sealedToo" })],
    ["no $type", (value) => ({ ...value, $type: undefined })],
    ["suite", (value) => ({ ...value, suite: SUITES.find((other) => other !== value.suite) })],
    ["unknown suite", (value) => ({ ...value, suite: "none" })],
    ["level", (value) => ({ ...value, level: "private" })],
    ["unknown level", (value) => ({ ...value, level: "public" })],
    ["inner type", (value) => ({ ...value, innerType: "agent.comms.request" })],
    ["an epoch put in", (value) => ({ ...value, epoch: { $bytes: toBase64(filled(1, 16)) } })],
    ["salt", (value) => ({ ...value, salt: changed(value.salt) })],
    ["commitment", (value) => ({ ...value, commitment: changed(value.commitment, 31) })],
    ["ciphertext", (value) => ({ ...value, ciphertext: changed(value.ciphertext) })],
    ["tag", (value) => ({ ...value, ciphertext: changed(value.ciphertext, 271) })],
    ["a blob put in", (value) => ({ ...value, blobs: [{ blob: { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "application/octet-stream", size: 1 } }] })],
    ["a field put in", (value) => ({ ...value, note: "hi" })],
    ["truncated", (value) => ({ ...value, ciphertext: { $bytes: toBase64(fromBase64(value.ciphertext.$bytes).subarray(0, 271)) } })],
    ["extended", (value) => ({ ...value, ciphertext: { $bytes: toBase64(new Uint8Array([...fromBase64(value.ciphertext.$bytes), 0])) } })],
    ["no ciphertext", (value) => ({ ...value, ciphertext: undefined })],
    ["not base64", (value) => ({ ...value, ciphertext: { $bytes: "~" } })],
    ["recipients in another order", (value) => ({ ...value, recipients: value.recipients.toReversed() })],
    ["a recipient less", (value) => ({ ...value, recipients: value.recipients.slice(0, 1) })],
    ["a recipient twice", (value) => ({ ...value, recipients: [...value.recipients, ...value.recipients.slice(0, 1)] })],
    ["no recipient", (value) => ({ ...value, recipients: [] })],
    ["recipients of no list", (value) => ({ ...value, recipients: {} })],
  ])("refuses a change: %s", async (_name, change) => refused(change(sealed)));

  it("refuses a change of a wrapped key, for the other recipients too", async () => {
    for (const field of ["keyId", "encapsulation", "wrappedKey"] as const) {
      for (const which of [0, 1]) {
        const recipients = sealed.recipients.map((one, at) => (at === which ? { ...one, [field]: changed(one[field], 3) } : one));
        for (const key of [keys.bobs, keys.carols]) await refused({ ...sealed, recipients }, context, { keys: [key] });
      }
    }
  });

  it("refuses wrapped keys that changed places", async () => {
    const [first, second] = sealed.recipients;
    if (first === undefined || second === undefined) throw new Error("two recipients");
    const swapped = [{ ...first, encapsulation: second.encapsulation, wrappedKey: second.wrappedKey }, { ...second, encapsulation: first.encapsulation, wrappedKey: first.wrappedKey }];
    for (const key of [keys.bobs, keys.carols]) await refused({ ...sealed, recipients: swapped }, context, { keys: [key] });
  });

  it("refuses parts of another sealing of the same", async () => {
    const other = await seal({ plaintext, type: "agent.comms.message", context, suite, recipients: [keys.bobs, keys.carols] });
    for (const field of ["salt", "commitment", "recipients", "ciphertext"] as const) await refused({ ...sealed, [field]: other[field] });
    await refused({ ...sealed, salt: other.salt, commitment: other.commitment, recipients: other.recipients });
  });

  it.each([undefined, null, 3, "text", [], {}, { $type: "agent.comms.defs#sealed" }])("refuses %j", async (value) => refused(value));

  it("does not take a private record's author for whoever knows the place", async () => {
    await refused({ ...privately, level: "shared" }, context, { epochKeys: [epochKey] });
    await refused(privately, { ...context, repo: alice, rkey: "x" }, { epochKeys: [epochKey] });
  });
});
