import { expect, test } from "vitest";
import { rotationOf } from "./rotate-command.mjs";

test("the words of npm run rotate", () => {
  expect(rotationOf(["signing-key", "alice.test"])).toEqual({ path: "/admin/identity/signing-key", body: { actor: "alice.test" } });
  expect(rotationOf(["recovery-key", "did:plc:x", "did:key:zNew"])).toEqual({ path: "/admin/identity/recovery-key", body: { actor: "did:plc:x", recoveryKey: "did:key:zNew" } });
  expect(rotationOf(["recovery-key", "did:plc:x", "none", "did:key:zOld"]).body).toEqual({ actor: "did:plc:x", recoveryKey: null, replaces: "did:key:zOld" });
  for (const words of [[], ["signing-key"], ["recovery-key", "a"], ["signing-key", "a", "b"], ["master-key", "a"], ["recovery-key", "a", "b", "c", "d"]]) expect(() => rotationOf(words)).toThrow(/recovery-key ACTOR/);
});
