import { abortAllDurableObjects, env, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ADMIN, ask, login, type Login, provision, xrpc } from "../../test/client.ts";
import { stranger } from "../../test/stranger.ts";
import { until } from "../../test/until.ts";

interface Listed {
  source: string;
  seq: number;
  recipient?: string;
  author: string;
  path: string;
  uri: string;
  reason?: string;
  tries?: number;
  parkedAt?: string;
  retrying?: boolean;
}

interface Page {
  deliveries: Listed[];
  recipients?: { source: string; recipient: string; wakes: number }[];
  cursor?: string;
}

const list = async (params: Record<string, string>) => (await ask<Page>(`/admin/deliveries?${new URLSearchParams(params)}`, { auth: ADMIN })).body;
const post = (what: "retry" | "drop", json: unknown) => ask<{ deliveries: number; recipients?: number; error?: string; message?: string }>(`/admin/deliveries/${what}`, { auth: ADMIN, json });

/** Signs in anew: days pass in these tests. */
const urisOf = async ({ handle, password }: Login) => {
  const { access } = await login(handle, password);
  return (await xrpc<{ messages: { uri: string; source: string }[] }>("agent.comms.listInbox", { auth: access, params: { limit: "100" } })).body.messages;
};

/** Let the hours pass in which a recipient tries again, until it has given up. */
const giveUp = async ({ did }: Login, count: number): Promise<void> => {
  const object = () => env.AGENT.get(env.AGENT.idFromName(did));
  await until("they were tried", () => runInDurableObject(object(), (_, { storage }) => storage.sql.exec("SELECT 1 FROM inbox_waiting").toArray().length === count));
  // Most of the days pass at once.
  await runInDurableObject(object(), (_, { storage }) => void storage.sql.exec("UPDATE inbox_waiting SET tries = tries + 180"));
  let now = Date.now();
  for (let i = 0; i < 40 && (await list({ recipient: did })).deliveries.length < count; i++) {
    vi.useFakeTimers({ toFake: ["Date"], now: (now += 2 * 3_600_000) });
    await runInDurableObject(object(), (agent) => agent.alarm());
  }
};

afterEach(() => {
  vi.useRealTimers();
});

describe("/admin/deliveries", () => {
  it("lists what a recipient gave up, and has it tried again in order when the cause is gone", async () => {
    const [bob, carol] = [await provision(), await provision()];
    const author = await stranger();
    for (const [rkey, to] of [["a", [bob.did, carol.did]], ["b", [bob.did]], ["c", [bob.did]]] as const) author.write(rkey, [...to], `letter ${rkey}`);
    await author.deliver("a", "b", "c");
    await until("they wait", async () => (await list({ state: "pending", recipient: bob.did })).deliveries.length === 3);
    expect((await list({ recipient: bob.did })).deliveries).toEqual([]);

    await giveUp(bob, 3);
    const { deliveries } = await list({ recipient: bob.did });
    expect(deliveries).toMatchObject(
      ["a", "b", "c"].map((rkey) => ({
        source: "network", recipient: bob.did, author: author.did, path: `agent.comms.message/${rkey}`, uri: `at://${author.did}/agent.comms.message/${rkey}`,
        reason: expect.stringContaining(author.did), retrying: false, parkedAt: expect.stringMatching(/^20/),
      })),
    );
    expect((await list({ state: "pending", recipient: bob.did })).deliveries).toEqual([]);
    expect(await urisOf(bob)).toEqual([]);

    // Still unknown to the directory: it comes back.
    const [first] = deliveries;
    expect((await post("retry", { recipient: bob.did, source: "network", seq: first?.seq, path: first?.path })).body).toEqual({ deliveries: 1, recipients: expect.any(Number) });
    await until("it is back", async () => (await list({ recipient: bob.did })).deliveries.find(({ seq }) => seq === first?.seq)?.tries === 1);

    await author.publish();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await abortAllDurableObjects();
    expect((await post("retry", { all: true, recipient: bob.handle })).body.deliveries).toBe(3);
    await until("they are in the inbox", async () => (await urisOf(bob)).length === 3);
    expect(await urisOf(bob)).toMatchObject(["a", "b", "c"].map((rkey) => ({ uri: `at://${author.did}/agent.comms.message/${rkey}`, source: "network" })));
    await until("nothing is parked", async () => (await list({ recipient: bob.did })).deliveries.length === 0);
    expect((await list({ state: "pending", recipient: bob.did })).deliveries).toEqual([]);
  });

  it("pages, and drops for good", async () => {
    const dora = await provision();
    const author = await stranger();
    for (const rkey of ["a", "b", "c", "d", "e"]) author.write(rkey, [dora.did], rkey);
    await author.deliver("a", "b", "c", "d", "e");
    await giveUp(dora, 5);
    const paths: string[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < 10; i++) {
      const page = await list({ state: "parked", recipient: dora.did, limit: "2", ...(cursor === undefined ? {} : { cursor }) });
      expect(page.recipients === undefined).toBe(cursor !== undefined);
      paths.push(...page.deliveries.map(({ path }) => path.slice(-1)));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(paths.join("")).toBe("abcde");
    const [first] = (await list({ recipient: dora.did })).deliveries;
    const one = { recipient: dora.did, source: "network", seq: first?.seq, path: first?.path };
    expect((await post("drop", one)).body).toEqual({ deliveries: 1 });
    for (const what of ["drop", "retry"] as const) expect(await post(what, one)).toMatchObject({ status: 404, body: { error: "DeliveryNotFound" } });
    expect((await post("drop", { all: true, recipient: dora.did, source: "colony" })).body).toEqual({ deliveries: 0 });
    expect((await post("drop", { all: true, recipient: dora.did })).body).toEqual({ deliveries: 4 });
    expect((await list({ recipient: dora.did })).deliveries).toEqual([]);
  });

  it("lists what waits in the colony's own relay, broadcasts among it", async () => {
    const [eve, finn] = [await provision(), await provision()];
    await runInDurableObject(env.RELAY.get(env.RELAY.idFromName("relay")), (_, { storage: { sql } }) => {
      const idOf = (did: string) => sql.exec<{ id: number }>("SELECT id FROM repos WHERE did = ?", did).one().id;
      sql.exec("INSERT INTO delivery (recipient, seq, op, author, path, cid, action) VALUES (?, 9007199254740990, 0, ?, 'agent.comms.message/late', 'cid', 'create')", idOf(eve.did), idOf(finn.did));
      sql.exec("INSERT INTO broadcast (seq, op, author, path, cid, action) VALUES (9007199254740991, 0, ?, 'agent.comms.broadcast/all', 'cid', 'create')", idOf(finn.did));
    });
    expect((await list({ state: "pending", recipient: eve.handle })).deliveries).toMatchObject([
      { source: "colony", recipient: eve.did, author: finn.did, path: "agent.comms.message/late" },
      { source: "colony", author: finn.did, path: "agent.comms.broadcast/all" },
    ]);
    expect((await list({ state: "pending", recipient: finn.handle })).deliveries).toEqual([]);
  });

  it.each([
    ["state=lost", /state must be one of/],
    ["limit=0", /limit must be/],
    ["limit=501", /limit must be/],
    ["limit=ten", /limit must be/],
    ["cursor=nonsense", /cursor/],
    ["cursor=colony.1", /cursor/],
    ["recipient=nobody.test", /No agent here is nobody.test/],
    ["recipient=", /No agent here/],
    ["reciepient=a.test", /no parameter reciepient/],
  ])("refuses ?%s", async (query, message) => {
    const answer = await ask(`/admin/deliveries?${query}`, { auth: ADMIN });
    expect(answer).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: expect.stringMatching(message) } });
  });

  it("refuses selections that are none", async () => {
    const { did } = await provision();
    const one = { recipient: did, source: "network", seq: 1, path: "agent.comms.message/a" };
    for (const [body, message] of [
      [[], /JSON (object|body: not an object)/],
      [null, /JSON (object|body: not an object)/],
      [{}, /Name one delivery/],
      [{ recipient: did }, /Name one delivery/],
      [{ ...one, source: "moon" }, /source must be/],
      [{ ...one, source: undefined }, /Name one delivery/],
      [{ ...one, seq: "1" }, /seq must be/],
      [{ ...one, seq: -1 }, /seq must be/],
      [{ ...one, seq: 1.5 }, /seq must be/],
      [{ ...one, path: "x" }, /path must be/],
      [{ ...one, path: 3 }, /path must be/],
      [{ ...one, recipient: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }, /No agent here/],
      [{ ...one, recipient: 5 }, /recipient must be/],
      [{ ...one, all: true }, /all goes with/],
      [{ all: "yes" }, /all must be true/],
      [{ all: true, everything: 1 }, /no field everything/],
    ] as const)
      for (const what of ["retry", "drop"] as const) {
        const answer = await post(what, body);
        expect([answer.status, answer.body.error, answer.body.message], JSON.stringify(body)).toEqual([400, "InvalidRequest", expect.stringMatching(message)]);
      }
  });
});
