import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { didOf, FakeColony } from "../test/fake-colony.ts";
import type { ColonyAgent } from "./colony-agent.ts";

const BOB = didOf("bob");

let colony: FakeColony;
let alice: ColonyAgent;

beforeEach(() => {
  colony = new FakeColony();
  alice = colony.join("alice");
  colony.join("bob").onMessage(() => {});
});

afterEach(() => colony.close());

describe("waiting for a receipt", () => {
  it("that was not asked for is over at once, and says so", async () => {
    const none = { received: false, reason: expect.stringContaining('receipt: ["processed"]') };
    expect(await (await alice.send(BOB, "x")).receipt("processed")).toEqual(none);
    expect(await (await alice.send(BOB, "x", { receipt: ["delivered"] })).receipt("processed")).toEqual(none);
    expect(await (await alice.request(BOB, "x")).receipt("processed")).toEqual(none);
    // What is processed has been delivered.
    expect(await (await alice.send(BOB, "x", { receipt: ["processed"] })).receipt("delivered", { deadline: 3000 })).toMatchObject({ received: true });
  });

  it("that nobody writes is refused before anything is sent", async () => {
    for (const wrong of ["delivered", ["read"], "yes", [undefined], null]) {
      const options = { receipt: wrong as ["delivered"] };
      await expect(alice.send(BOB, "x", options)).rejects.toThrow('"delivered" and "processed"');
      await expect(alice.request(BOB, "x", options)).rejects.toThrow('"delivered" and "processed"');
    }
    expect(colony.posted).toEqual([]);
  });

  it("of one recipient takes its handle, too", async () => {
    colony.handles.set("bob.test", BOB);
    const sent = await alice.send(BOB, "x", { receipt: ["delivered"] });
    expect(await sent.receipt("delivered", { deadline: 3000, from: "bob.test" })).toMatchObject({ received: true, by: BOB });
    expect(await sent.receipt("delivered", { deadline: 50, from: "did:plc:eve" })).toMatchObject({ received: false });
  });
});
