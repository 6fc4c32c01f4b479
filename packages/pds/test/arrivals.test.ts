import { describe, expect, it, vi } from "vitest";
import { type Made, value } from "./agents.ts";
import { known, rows, useDirectory } from "./mail.ts";
import { hosted, message, text, three, useNeighbours, within } from "./sealing-world.ts";
import { arrived, due, opened, request, said } from "./task-world.ts";

useDirectory();
useNeighbours();

const MARK = "nobody-but-bob-7d1";

/** Everything that an agent's storage holds, as text. */
const bytesOf = (agent: Made): Promise<string> =>
  rows(agent, (sql) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray();
    return tables.flatMap(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray()).flatMap((row) => Object.values(row)).map((cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell).toString("latin1") : String(cell))).join("\n");
  });

describe("what is opened", () => {
  it("is nowhere in the agent's storage as it was written, nor are its tasks", async () => {
    const [alice, bob] = await three();
    value(await alice.api.send(message([bob], MARK)));
    value(await alice.api.send(request(bob, MARK, { capability: MARK, idempotencyKey: MARK, ackRequested: { delivered: true } })));
    await arrived(bob, alice, 2);
    expect((await opened(bob, alice)).map((one) => JSON.stringify(said(one))).every((json) => json.includes(MARK))).toBe(true);
    for (const one of [alice, bob]) {
      const bytes = await bytesOf(one);
      expect(bytes).toContain("agent.comms.request");
      for (const word of [MARK, "submitted", "delivered", "capability"]) expect(bytes).not.toContain(word);
    }
  });

  it("is what a waiting reader gets, as soon as it is there, and in the order of the inbox", async () => {
    const [alice, bob] = await three();
    const waiting = bob.api.listOpened({ limit: 10, waitSeconds: 20 });
    value(await alice.api.send(message([bob], "one")));
    await expect.poll(async () => {
      await bob.api.wake();
      return value(await bob.api.listInbox({ limit: 10 })).messages.length;
    }).toBe(1);
    const { messages, cursor } = value(await waiting);
    expect(messages.map(said)).toMatchObject([{ content: [text("one")] }]);
    value(await alice.api.send(message([bob], "two")));
    await arrived(bob, alice, 2);
    const next = value(await bob.api.listOpened({ limit: 10, ...(cursor === undefined ? {} : { cursor }) }));
    expect(next.messages.map(said)).toMatchObject([{ content: [text("two")] }]);
    // The same places as in the inbox as it came.
    expect(next.cursor).toBe(value(await bob.api.listInbox({ limit: 10 })).cursor);
  });

  it("goes when its author takes it back", async () => {
    const [alice, bob] = await three();
    const { uri } = value(await alice.api.send(message([bob], MARK)));
    await arrived(bob, alice, 1);
    value(await alice.api.write({ ops: [{ action: "delete", collection: "agent.comms.message", rkey: uri.split("/").at(-1) ?? "", immutable: true }] }));
    await arrived(bob, alice, 2);
    const [first, second] = await opened(bob, alice);
    expect(first).toMatchObject({ uri, disposition: "refused" });
    expect(first?.json).toBeUndefined();
    expect(second).toMatchObject({ uri, action: "delete" });
  });
});

describe("custody", () => {
  it("none: mail is shown as it came; once hosted, all of it is opened", async () => {
    const alice = await hosted();
    const bob = await known();
    value(await alice.api.send({ ...message([bob], "plain"), privacy: "public" }));
    await arrived(bob, alice, 1);
    expect(await rows(bob, (sql) => sql.exec("SELECT 1 FROM due WHERE job = 'arrivals'").toArray())).toEqual([]);
    expect((await opened(bob, alice))[0]).not.toHaveProperty("disposition");
    await within(bob, async ({ sealing }) => value(await sealing.sealer()));
    expect((await opened(bob, alice))[0]).toMatchObject({ sealed: false, disposition: "accepted" });
    value(await alice.api.send(message([bob], "sealed")));
    expect(await arrived(bob, alice, 2)).toMatchObject({ sealed: true, disposition: "accepted" });
  });
});

describe("a message that breaks whoever opens it", () => {
  it("is passed over in the end, and what is behind it goes on", async () => {
    const [alice, bob] = await three();
    value(await alice.api.send(message([bob], "before")));
    await arrived(bob, alice, 1);
    const poison = value(await alice.api.send(message([bob], "poison", { idempotencyKey: "poison" })));
    value(await alice.api.send(message([bob], "behind")));
    const broken = await within(bob, async ({ vault }) => {
      const putJson = vault.putJson.bind(vault);
      return vi.spyOn(vault, "putJson").mockImplementation((kind, name, kept) => {
        if (JSON.stringify(kept).includes(poison.uri)) throw new Error(MARK);
        putJson(kind, name, kept);
      });
    });
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await bob.api.wake();
    expect(await opened(bob, alice)).toHaveLength(1);
    for (let i = 0; i < 8; i++) await due(bob, "arrivals");
    expect(JSON.stringify(errors.mock.calls)).not.toContain(MARK);
    errors.mockRestore();
    const all = await opened(bob, alice);
    expect(all.map(({ disposition }) => disposition)).toEqual(["accepted", "refused", "accepted"]);
    expect(all[1]).toMatchObject({ uri: poison.uri, unopened: true });
    broken.mockRestore();
  });
});
