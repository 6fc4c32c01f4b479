import * as fc from "fast-check";
import { expect, it } from "vitest";
import { context, filled } from "../test/people.ts";
import { decodeData, encodeData, makeKeyPair, open, OpenError, seal, SUITES } from "./index.ts";

const [, suite] = SUITES;
const settings = { seed: 20261121, numRuns: 400 };

it("no bit of sealed content or of its surroundings can be another", async () => {
  const pair = await makeKeyPair(suite);
  const sealed = await seal({ plaintext: filled(9, 300), type: "agent.comms.message", context, suite, recipients: [pair, await makeKeyPair(suite)], epochKey: filled(7) });
  const whole = encodeData({ sealed, context });
  for (const ring of [{ keys: [pair] }, { epochKeys: [filled(7)] }]) {
    expect((await open({ sealed, context, ring })).plaintext).toEqual(filled(9, 300));
    const bits = fc.integer({ min: 0, max: whole.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        const spoilt = whole.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        let read: unknown;
        try {
          read = decodeData(spoilt);
        } catch {
          return; // no data any more
        }
        const { sealed: other, context: elsewhere } = Object(read) as { sealed: unknown; context: typeof context };
        await expect(open({ sealed: other, context: elsewhere, ring })).rejects.toBeInstanceOf(OpenError);
      }),
      settings,
    );
  }
});

it("data of every shape goes in and comes out", async () => {
  const leaf = fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.uint8Array().map((bytes) => ({ $bytes: Buffer.from(bytes).toString("base64").replace(/=+$/, "") })));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("tree"), { maxLength: 4 }), fc.dictionary(fc.string().filter((key) => !key.startsWith("$") && key !== "__proto__"), tie("tree"), { maxKeys: 4 })),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const plaintext = { value };
      const sealed = await seal({ plaintext, type: "com.example.any", context, epochKey: filled(7) });
      expect(decodeData((await open({ sealed, context, ring: { epochKeys: [filled(7)] } })).plaintext)).toEqual(plaintext);
    }),
    { ...settings, numRuns: 200 },
  );
});
