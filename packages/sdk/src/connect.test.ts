import { memoryKeyStore } from "@rookery/envelope";
import { afterEach, expect, it, vi } from "vitest";
import { connect } from "./connect.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

/** A colony that answers these methods, and that there is no record at all. */
const colony = (answers: Record<string, unknown>): void => {
  vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
    const method = new URL(new Request(input).url).pathname.split("/").at(-1) ?? "";
    return method in answers ? Response.json(answers[method]) : Response.json({ error: "RecordNotFound", message: "" }, { status: 400 });
  });
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("keys of the colony that nothing can follow are said to be so, and not waited for for ever", async () => {
  vi.useFakeTimers();
  colony({
    "com.atproto.server.createSession": { did: DID, handle: "ann.test", accessJwt: "a", refreshJwt: "r", active: true },
    "agent.comms.getKeys": { custody: "hosted", keys: [{ uri: `at://${DID}/agent.comms.key/3kznmn7xqxl21` }], alarms: [] },
  });
  const connecting = connect({ service: "http://colony.test", identifier: "ann.test", password: "x", sealing: { store: memoryKeyStore() } });
  const failed = expect(connecting).rejects.toMatchObject({ error: "KeyUnavailable" });
  await vi.advanceTimersByTimeAsync(60_000);
  await failed;
});

it("what is no store, and what is no directory, is said to be so before anybody is asked", async () => {
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  const credentials = { service: "http://colony.test", identifier: "ann.test", password: "x" };
  for (const wrong of [{}, { store: "ann.keys" }, { store: undefined }]) await expect(connect({ ...credentials, sealing: wrong as never })).rejects.toThrow("fileKeyStore");
  await expect(connect({ ...credentials, state: "ann.state" as never })).rejects.toThrow("fileStore");
  await expect(connect({ ...credentials, privacy: "private" as never })).rejects.toThrow('"sealed" or "public"');
  for (const wrong of ["localhost:2582", "", "plc.directory"]) await expect(connect({ ...credentials, plcUrl: wrong })).rejects.toThrow("It is like http://localhost:2582");
  expect(asked).not.toHaveBeenCalled();
});
