import { describe, expect, it } from "vitest";
import { ADMIN, type Login, ask, note, provision, xrpc } from "../../test/client.ts";
import { routes } from "../routes.ts";

const takeDown = ({ did }: Login, applied = true) =>
  xrpc("com.atproto.admin.updateSubjectStatus", { method: "POST", auth: ADMIN, json: { subject: { $type: "com.atproto.admin.defs#repoRef", did }, takedown: { applied } } });

/** A request that would be in order, of each method that acts on the caller's mail, keys and memory. */
const asked = (uri: string): Record<string, Record<string, unknown>> => ({
  "agent.comms.send": { collection: "agent.comms.message", record: { to: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"], text: "hello", createdAt: "2026-01-01T00:00:00.000Z" }, privacy: "public" },
  "agent.comms.open": { uri },
  "agent.comms.share": { uri, to: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" },
  "agent.comms.revoke": { uri },
  "agent.comms.makePublic": { uri },
  "agent.comms.getKeys": {},
  "agent.comms.rotateKeys": { what: "encryption" },
  "agent.comms.takeKeys": {},
  "agent.comms.listInbox": {},
  "agent.comms.getTask": { uri },
  "agent.comms.listTasks": {},
  "agent.comms.acknowledge": { uris: [uri] },
  "agent.comms.getPolicy": {},
  "agent.comms.putPolicy": { policy: {} },
  "agent.comms.listQuarantine": {},
  "agent.comms.releaseQuarantine": { uris: [uri] },
  "agent.comms.discardQuarantine": { uris: [uri] },
  "agent.comms.putWebhook": { url: "https://example.com/hook" },
  "agent.comms.listWebhooks": {},
  "agent.comms.deleteWebhook": { id: "none" },
  "agent.comms.publishProgress": { channel: "a".repeat(43), sequence: 1, sealed: "AAAA" },
  "agent.comms.getProgressChannel": { request: uri },
  "agent.memory.remember": { text: "this" },
  "agent.memory.recall": {},
  "agent.memory.forget": { uri },
  "agent.memory.pin": { uri },
  "agent.memory.compact": {},
  "agent.memory.getStats": {},
});

describe("an account that is taken down, with a session of before", () => {
  it("does and reads nothing of what is between agents, and does again when it is put back", async () => {
    const alice = await provision();
    const uri = `at://${alice.did}/agent.comms.message/3jzfcijpj2z2a`;
    const table = asked(uri);
    const rows = routes.filter(({ nsid, access }) => access === "agent" && nsid?.startsWith("agent."));
    // Its socket is refused in a way of its own (subscribe-inbox.test.ts).
    expect(rows.map(({ nsid }) => nsid).filter((nsid) => nsid !== "agent.comms.subscribeInbox").toSorted()).toEqual(Object.keys(table).toSorted());
    const call = ({ method, nsid = "" }: (typeof rows)[number]) => {
      const given = table[nsid] ?? {};
      const params: Record<string, string> = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
      return xrpc(nsid, { method, auth: alice.access, ...(method === "GET" ? { params } : { json: given }) });
    };
    await takeDown(alice);
    for (const row of rows.filter(({ nsid }) => nsid !== "agent.comms.subscribeInbox"))
      expect({ nsid: row.nsid, ...(await call(row)) }).toMatchObject({ nsid: row.nsid, status: 401, body: { error: "AccountTakedown" } });
    await takeDown(alice, false);
    const listed = rows.find(({ nsid }) => nsid === "agent.comms.listInbox");
    expect(listed && (await call(listed)).status).toBe(200);
  });

  it("is told so by a read of the inbox that was waiting", async () => {
    const alice = await provision();
    for (const opened of ["false", "true"]) {
      const waiting = xrpc("agent.comms.listInbox", { auth: alice.access, params: { waitSeconds: "20", opened } });
      await scheduler.wait(200);
      await takeDown(alice);
      expect(await waiting).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
      await takeDown(alice, false);
    }
  });

  it("brings no repository and no blob, before any of it is read", async () => {
    const alice = await provision();
    await xrpc("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection: "com.example.note", record: note("x") } });
    const car = await ask<string>(`/xrpc/com.atproto.sync.getRepo?did=${alice.did}`);
    expect(car.status).toBe(200);
    await takeDown(alice);
    const brought = await ask("/xrpc/com.atproto.repo.importRepo", { auth: alice.access, body: "not a CAR", headers: { "content-type": "application/vnd.ipld.car" } });
    expect(brought).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
  });
});
