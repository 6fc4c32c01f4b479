import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { receive } from "./canary/cast.ts";
import { Hosted, type Mail } from "./canary/folk.ts";
import { needlesOf } from "./canary/mark.ts";
import { scanBytes, scanFolder } from "./canary/scan.ts";
import { beacons, MARK, marks, OPEN, openStage, secret, type Stage, TAPS, tapEverything } from "./canary/stage.ts";
import { tap } from "./canary/streams.ts";
import { ransack } from "./canary/thief.ts";
import { CROSSES_WITHIN } from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/**
 * Marked plaintext goes through everything that seals, of two colonies with agents of both custodies, by crashes too; then all
 * that the colonies wrote, sent or said is searched for the mark. Whoever adds a way for something sealed adds it here.
 */
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 180_000);

afterAll(() => stage?.close(), 60_000);

const text = (where: string) => [{ $type: "agent.comms.defs#text", text: secret(where) }];
const json = (where: string) => [{ $type: "agent.comms.defs#json", json: JSON.stringify({ said: secret(where) }) }];
const expectMarked = (value: unknown, where: string) => expect(JSON.stringify(value)).toContain(secret(where));
const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const ref = ({ uri, cid }: { uri: string; cid: string }) => ({ uri, cid });

describe("messages", () => {
  test("between hosted agents of one colony and of two", async () => {
    const { ann, amy, ben } = stage;
    for (const to of [amy, ben]) {
      const sent = await ann.send("message", {
        to: [to.did], content: [...text("message"), ...json("message in JSON")], conversation: secret("conversation"), idempotencyKey: secret(`idempotencyKey for ${to.handle}`),
        priority: 5, ackRequested: { delivered: true, processed: true }, expiresAt: soon(600), trace: { traceparent: secret("traceparent").slice(0, 55) },
      });
      const { value } = await to.receive(sent);
      for (const where of ["message", "conversation", `idempotencyKey for ${to.handle}`]) expectMarked(value, where);
      await to.call("agent.comms.acknowledge", { uris: [sent.uri] });
    }
  });

  test("to two at once, and to those who hold their own keys, both ways", async () => {
    const { ann, amy, ben, kay, kim } = stage;
    const sent = await ann.send("message", { to: [amy.did, ben.did, kay.did, kim.did], content: text("to everybody") });
    for (const one of [amy, ben]) expectMarked((await one.receive(sent)).value, "to everybody");
    for (const one of [kay, kim]) expectMarked((await receive(one, sent)).record, "to everybody");
    const back = await kim.agent.send([ann.did, ben.did], secret("from a keeper"), { conversation: secret("keeper's conversation") });
    for (const one of [ann, ben]) expectMarked((await one.receive(back)).value, "from a keeper");
    const across = await kay.agent.send(kim.did, secret("keeper to keeper"));
    expect(textOf((await receive(kim, across)).record.content)).toBe(secret("keeper to keeper"));
  });

  test("with a file", async () => {
    const { ann, kay } = stage;
    const bytes = Buffer.from(`${secret("file")} `.repeat(3000));
    const sent = await kay.agent.send(ann.did, secret("see attached"), { files: [await kay.agent.attach(bytes, { name: `${MARK}.txt`, mediaType: "text/plain" })] });
    expectMarked((await ann.receive(sent)).value, "see attached");
  });

  test("taken back, and sent again under one idempotency key", async () => {
    const { ann, amy } = stage;
    const key = secret("said twice");
    const once = await ann.send("message", { to: [amy.did], content: text("once"), idempotencyKey: key });
    await amy.receive(once);
    const other = await ann.try("agent.comms.send", { collection: "agent.comms.message", record: { $type: "agent.comms.message", to: [amy.did], content: text("otherwise"), idempotencyKey: key, createdAt: soon(0) } });
    stage.refusals.push(JSON.stringify(other.json));
    const rkey = once.uri.split("/").at(-1);
    await ann.call("com.atproto.repo.deleteRecord", { repo: ann.did, collection: "agent.comms.message", rkey });
  });

  test("a question", async () => {
    const { amy, ben } = stage;
    const sent = await amy.send("question", { to: ben.did, text: secret("question"), guest: secret("guest") });
    const { value } = await ben.receive(sent);
    for (const where of ["question", "guest"]) expectMarked(value, where);
  });
});

describe("sharing", () => {
  test("a grant, its end, and sealing again", async () => {
    const { ann, amy, ben, kim } = stage;
    const sent = await ann.send("message", { to: [amy.did], content: text("shared") });
    const grant = await ann.call<{ uri: string; cid: string }>("agent.comms.share", { uri: sent.uri, to: ben.did });
    let opened: Mail | undefined;
    await until(async () => {
      const answer = await ben.try<Mail>("agent.comms.open", { uri: sent.uri, grant: grant.uri });
      opened = answer.status === 200 ? answer.json : undefined;
      return opened !== undefined;
    }, "ben opens what he was granted", CROSSES_WITHIN);
    expectMarked(opened?.value, "shared");
    await ann.call("agent.comms.share", { uri: sent.uri, to: kim.did });
    const revoked = await ann.call<{ couldRead: string[] }>("agent.comms.revoke", { uri: sent.uri, to: ben.did });
    expect(revoked.couldRead).toContain(ben.did);
    const kept = await ann.call<{ uri: string; cid: string }>("agent.memory.remember", { kind: "note", text: secret("shared, then sealed again") });
    await ann.call("agent.comms.share", { uri: kept.uri, to: ben.did });
    await ann.call("agent.comms.revoke", { uri: kept.uri, to: ben.did, reseal: true });
    const refused = await kim.agent.read(sent.uri).then(() => "read", String);
    stage.refusals.push(refused);
  });
});

describe("tasks", () => {
  test("a request, progress, what is asked back, and the result", async () => {
    const { ann, ben, taps } = stage;
    const request = await ann.send("request", {
      to: ben.did, input: [...text("request"), ...json("request in JSON")], capability: secret("capability").slice(0, 60), deadline: soon(300), priority: 4, idempotencyKey: secret("request key"), conversation: secret("task talk"),
      budget: { tokens: 1000 }, ackRequested: { delivered: true, processed: true },
    });
    expectMarked((await ben.receive(request)).value, "request");
    const respond = (state: string, where: string, more = {}) => ben.send("response", { request: ref(request), state, output: text(where), ...more });
    expectMarked((await ann.receive(await respond("working", "working"))).value, "working");
    const { channel } = await ben.call<{ channel: string }>("agent.comms.publishProgress", { request: request.uri, progress: { percent: 40, text: secret("progress"), json: JSON.stringify({ step: secret("progress in JSON") }) } });
    taps.push(await tap("progress", `${ben.origin.replace("http", "ws")}/xrpc/agent.comms.subscribeProgress?${new URLSearchParams({ did: ben.did, channel, cursor: "0" })}`));
    await ben.call("agent.comms.publishProgress", { request: request.uri, progress: { percent: 60, text: secret("more progress") } });
    expectMarked((await ann.receive(await respond("completed", "result", { spent: { tokens: 10 } }))).value, "result");
    const { state } = await ann.call<{ state: string }>("agent.comms.getTask", { uri: request.uri });
    expect(state).toBe("completed");
  });

  test("refused, canceled, too late, and past its deadline", async () => {
    const { ann, amy, ben } = stage;
    const refused = await ann.send("request", { to: amy.did, input: text("to be refused") });
    await amy.receive(refused);
    await ann.receive(await amy.send("response", { request: ref(refused), state: "rejected", error: { code: "not-allowed", message: secret("refusal") } }));
    const canceled = await ann.send("request", { to: ben.did, input: text("to be canceled") });
    await ben.receive(canceled);
    const cancel = await ann.send("cancel", { to: ben.did, request: ref(canceled), reason: secret("cancel reason") });
    expectMarked((await ben.receive(cancel)).value, "cancel reason");
    const late = await ann.send("request", { to: amy.did, input: text("too late"), deadline: soon(2) });
    await until(async () => (await ann.call<{ state: string }>("agent.comms.getTask", { uri: late.uri })).state === "expired", "the deadline passes", CROSSES_WITHIN);
  });

  test("handed over with what belongs to it, and taken", async () => {
    const { ann, amy, ben } = stage;
    const request = await ben.send("request", { to: ann.did, input: text("big task"), deadline: soon(300) });
    const { value: input } = await ann.receive(request);
    expectMarked(input, "big task");
    const notes = await ann.call<{ uri: string; cid: string }>("agent.memory.remember", { kind: "note", text: secret("context of the task") });
    const handoff = await ann.send("handoff", { to: amy.did, request: ref(request), reason: secret("handoff reason"), input: text("handed over"), deadline: soon(200), records: [{ record: ref(notes), note: secret("context note") }] }, { grants: [notes.uri] });
    const { value } = await amy.receive(handoff);
    for (const where of ["handoff reason", "handed over", "context note"]) expectMarked(value, where);
    await until(async () => {
      const answer = await amy.try<Mail>("agent.comms.open", { uri: notes.uri });
      return answer.status === 200 && JSON.stringify(answer.json.value).includes(secret("context of the task"));
    }, "amy reads the context", CROSSES_WITHIN);
    const accepted = await amy.send("handoffAnswer", { handoff: ref(handoff), request: ref(request), answer: "accepted", reason: secret("gladly") });
    expectMarked((await ben.receive(accepted)).value, "gladly");
    expectMarked((await ben.receive(await amy.send("response", { request: ref(request), state: "completed", output: text("done by another") }))).value, "done by another");
  });
});

describe("memory", () => {
  test("of every kind, searched, put together, pinned, forgotten", async () => {
    const { ann } = stage;
    const remember = (body: Record<string, unknown>) => ann.call<{ uri: string; cid: string }>("agent.memory.remember", body);
    const note = await remember({ kind: "note", text: secret("note"), tags: [`${MARK}-tag`], importance: 7 });
    await remember({ kind: "decision", text: secret("decision"), reason: secret("why"), alternatives: [secret("or else")], tags: [`${MARK}-decided`] });
    const fact = await remember({ kind: "fact", subject: secret("subject"), text: secret("fact"), pin: true });
    await remember({ kind: "fact", subject: secret("subject"), text: secret("fact, as it is now") });
    const { memories } = await ann.call<{ memories: { uri: string }[] }>("agent.memory.recall", { query: secret("note"), tags: [`${MARK}-tag`] });
    expect(memories.map(({ uri }) => uri)).toContain(note.uri);
    const summary = await remember({ kind: "summary", text: secret("summary"), sources: [note.uri] });
    await ann.call("agent.memory.recall", { query: `what about ${MARK}?`, kinds: ["fact", "decision"] });
    await ann.call("agent.memory.pin", { uri: summary.uri, pinned: true });
    await ann.call("agent.memory.compact", {});
    await ann.call("agent.memory.forget", { uri: note.uri });
    await ann.call("agent.memory.forget", { subject: secret("subject") });
    expect(fact.uri).not.toContain(MARK);
  });
});

describe("those who hold their own keys", () => {
  test("do a task together, with progress, and remember", async () => {
    const { kay, kim } = stage;
    const stop = kim.agent.onRequest(async (job) => {
      job.progress(secret("keeper's progress"));
      await job.request(stage.ben.did, secret("keeper's part of it"), { deadline: 60_000 });
      return secret(`done: ${job.text()}`);
    });
    const task = await kay.agent.request(kim.did, secret("keeper's request"), { deadline: 60_000, idempotencyKey: secret("keeper's key") });
    const outcome = await task.result();
    stop();
    expect(outcome).toMatchObject({ state: "completed", sealed: true, by: kim.did });
    expectMarked(outcome.output, `done: ${secret("keeper's request")}`);
    const { uri } = await kay.agent.remember(secret("keeper's memory"), { tags: [`${MARK}-kept`] });
    expect((await kay.agent.recall(secret("keeper's memory"))).map((memory) => memory.uri)).toContain(uri);
  });
});

describe("who is told", () => {
  test("webhooks, in their default form", async () => {
    const { ann, amy, ben, hooks } = stage;
    await amy.call("agent.comms.putWebhook", { url: hooks.url });
    const before = hooks.count();
    await amy.receive(await ann.send("message", { to: [amy.did], content: text("by webhook") }));
    await amy.receive(await ben.send("message", { to: [amy.did], content: text("by webhook from afar") }));
    await until(() => hooks.count() >= before + 2, "the webhook is called", CROSSES_WITHIN);
  });

  test("keys that are rotated while mail is under way", async () => {
    const { amy, ben } = stage;
    await amy.call("agent.comms.rotateKeys", { what: "encryption" });
    await amy.call("agent.comms.rotateKeys", { what: "epoch" });
    expectMarked((await amy.receive(await ben.send("message", { to: [amy.did], content: text("after rotation") }))).value, "after rotation");
    expectMarked((await ben.receive(await amy.send("message", { to: [ben.did], content: text("under the new epoch") }))).value, "under the new epoch");
  });
});

describe("what is refused", () => {
  const message = (more: Record<string, unknown>) => ({ collection: "agent.comms.message", record: { $type: "agent.comms.message", to: [stage.ben.did], createdAt: soon(0), content: text("refused"), ...more } });

  test.each<[string, () => [string, unknown]]>([
    ["too large a record", () => ["agent.comms.send", message({ content: [{ $type: "agent.comms.defs#text", text: secret("huge").repeat(20_000) }] })]],
    ["a field that is none", () => ["agent.comms.send", message({ to: secret("to whom") })]],
    ["a part of no kind", () => ["agent.comms.send", message({ content: [{ $type: "agent.comms.defs#text", text: { deep: secret("nested") } }] })]],
    ["a recipient without keys", () => ["agent.comms.send", message({ to: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"] })]],
    ["a record key that is none", () => ["agent.comms.send", { ...message({}), rkey: secret("rkey") }]],
    ["a collection without a sealed form", () => ["agent.comms.send", { collection: "org.example.note", record: { $type: "org.example.note", text: secret("elsewhere") } }]],
    ["a privacy of no kind", () => ["agent.comms.send", { ...message({}), privacy: secret("privacy").slice(0, 60) }]],
    ["a grant of what is not there", () => ["agent.comms.send", { ...message({}), grants: [`at://${stage.ann.did}/agent.memory.note/3kznmn7xqxl22`] }]],
    ["a memory that is too large", () => ["agent.memory.remember", { kind: "note", text: secret("too much").repeat(50_000) }]],
    ["a memory of no kind", () => ["agent.memory.remember", { kind: MARK, text: secret("which kind") }]],
    ["a question without end", () => ["agent.memory.recall", { query: secret("endless").repeat(5000) }]],
    ["what is no JSON", () => ["agent.comms.send", `{"collection": "agent.comms.message", "record": {"text": "${secret("broken JSON")}`]],
    ["progress of no task", () => ["agent.comms.publishProgress", { request: `at://${stage.ben.did}/agent.comms.request/3kznmn7xqxl22`, progress: { text: secret("progress of none") } }]],
  ])("%s", async (_, make) => {
    const [nsid, body] = make();
    const { status, json: said } = await stage.ann.try(nsid, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    stage.refusals.push(`${nsid}: ${JSON.stringify(said)}`);
  });

  test("from who is not signed in", async () => {
    const { status, json: said } = await ask("agent.comms.send", { origin: stage.a.origin, body: message({}) });
    expect(status).toBe(401);
    stage.refusals.push(JSON.stringify(said));
  });
});

/** How long a peer may take to come back to a colony that was killed again and again, in ms. */
const HEARD_AGAIN_WITHIN = 120_000;

/** Where a crash leaves most behind: in the middle of writes, and of handing on what was written. */
const FAULTS = ["write.in-transaction.after-records", "write.on-disk", "relay.ingest.transaction", "inbox.in-transaction", "inbox.before-ack", "arrivals.in-transaction", "memory.in-transaction"];

describe("crashes", () => {
  test.each(FAULTS)("at %s", async (point) => {
    const { a, ann, amy } = stage;
    await a.colony.kill();
    await a.colony.start(point);
    const writing = ann.send("message", { to: [amy.did], content: text(`crash at ${point}`), idempotencyKey: secret(point) }).catch(() => undefined);
    const learning = ann.call("agent.memory.remember", { kind: "note", text: secret(`memory at ${point}`) }).catch(() => undefined);
    await a.colony.stoodAt(point);
    await a.colony.kill();
    await Promise.all([writing, learning]);
    // Before anything is brought in order: write-ahead logs and all.
    expect(scanFolder(a.colony.folder, marks)).toEqual([]);
    await a.colony.start();
  }, 120_000);
});

describe("the scan", () => {
  /** Parts of a state folder in which something is kept, and what is said in public ends up. */
  const PARTS = ["state/do/rookery-Agent/", "state/do/rookery-Relay/", "state/do/rookery-NetworkRelay/", "state/d1/", "state/r2/"];

  beforeAll(async () => {
    const { a, b, ann, ben, taps, hooks, refusals } = stage;
    taps.push(...(await tapEverything(a, b)));
    for (const one of [ann, ben]) {
      await one.call("agent.comms.send", { collection: "agent.comms.broadcast", record: { $type: "agent.comms.broadcast", content: [{ $type: "agent.comms.defs#text", text: `${OPEN} ${one.did} ${OPEN}` }], createdAt: soon(0) }, privacy: "public" });
      await Hosted.settle(one.origin, OPEN);
      const blob = await ask<{ blob: unknown }>("com.atproto.repo.uploadBlob", { origin: one.origin, token: one.token, body: Buffer.from(`${OPEN} in a blob`), contentType: "text/plain" });
      expect(blob.status).toBe(200);
      refusals.push(JSON.stringify((await ask(`org.example.${OPEN}`, { origin: one.origin })).json));
    }
    await fetch(hooks.url, { method: "POST", body: OPEN });
    // Once the last that is public is everywhere, so is all before it.
    for (const { name, bytes } of taps.slice(-TAPS)) {
      const expected = name.includes("relay view") ? [ann, ben] : [name.endsWith(" b") || name.includes(" b,") ? ben : ann];
      await until(() => expected.every(({ did }) => scanBytes(bytes(), needlesOf(`${OPEN} ${did}`)).length > 0), `${name} has what is public`, HEARD_AGAIN_WITHIN);
    }
  }, 300_000);

  test("sees what is public on each stream, in each part of the disk, in logs, answers and what is sent to webhooks", async () => {
    const { town, taps, hooks, refusals } = stage;
    for (const { name, bytes } of taps.slice(-TAPS)) await until(() => scanBytes(bytes(), beacons).some((how) => how.includes(name.includes("JSON") ? "base64" : "plain")), `it is on ${name}`, CROSSES_WITHIN);
    for (const { name, colony } of town.colonies) {
      const found = () => scanFolder(colony.folder, beacons);
      for (const part of PARTS) await until(() => found().some((path) => path.startsWith(part)), `it is in ${part} of ${name}`, CROSSES_WITHIN);
      await until(() => scanBytes(Buffer.from(colony.said), beacons).includes("plain"), `it is in what ${name} logs`, CROSSES_WITHIN);
    }
    await until(() => scanBytes(hooks.bytes(), beacons).length > 0, "a webhook is told", CROSSES_WITHIN);
    expect(scanBytes(hooks.bytes(), beacons)).toEqual(["plain"]);
    expect(refusals.filter((said) => scanBytes(Buffer.from(said), beacons).length > 0).length).toBe(2);
  });

  test("sees nothing of what was sealed: on no stream, in no file, log, answer or call of a webhook", () => {
    const { town, taps, hooks, refusals } = stage;
    for (const { name, bytes } of taps) expect({ name, found: scanBytes(bytes(), marks) }).toEqual({ name, found: [] });
    for (const { name, colony } of town.colonies) {
      expect({ name, found: scanFolder(colony.folder, marks) }).toEqual({ name, found: [] });
      expect({ name, logged: scanBytes(Buffer.from(colony.said), marks) }).toEqual({ name, logged: [] });
    }
    expect(scanBytes(hooks.bytes(), marks)).toEqual([]);
    expect(refusals.filter((said) => scanBytes(Buffer.from(said), marks).length > 0)).toEqual([]);
    expect(taps.some(({ bytes }) => bytes().includes("agent.comms.defs#sealed"))).toBe(true);
  });
});

describe("who steals the disk together with the master key", () => {
  test("reads what hosted agents keep, and nothing of those who hold their own keys", async () => {
    const { town, ann, amy, kay, kim } = stage;
    for (const { colony } of town.colonies) await colony.kill();
    const [ofA, ofB] = town.colonies.map(({ colony }) => ransack(colony.folder));
    expect(ofA?.get(ann.did)?.includes(MARK)).toBe(true);
    expect(ofA?.get(amy.did)?.includes(MARK)).toBe(true);
    for (const loot of [ofA?.get(kay.did), ofB?.get(kim.did)]) {
      expect(loot).toBeDefined();
      expect(scanBytes(loot ?? Buffer.alloc(0), marks)).toEqual([]);
    }
  });
});
