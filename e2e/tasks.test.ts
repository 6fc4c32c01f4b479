import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, type Caller, callerAt, recordAt, refusalOf, urisIn } from "./test/caller.ts";
import { addPeer, type Neighbour, type Neighbourhood, startNeighbours, untilLive } from "./test/neighbours.ts";
import { answerHandoff, hasKey, inMs, type OpenedEntry, openedAt, type Ref, sendCancel, sendHandoff, sendMessage, sendRequest, sendResponse, taskAt, text } from "./test/task-calls.ts";
import { until } from "./test/until.ts";

// Two colonies whose admins have made peers of them. Ann and Cat are of the first, Ben and Dan of the second.

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Caller;
let ben: Caller;
let cat: Caller;
let dan: Caller;

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  expect((await addPeer(a, { url: b.origin })).status).toBe(200);
  await untilLive(a, b);
  [ann, cat, ben, dan] = await Promise.all([callerAt(a.origin, "ann"), callerAt(a.origin, "cat"), callerAt(b.origin, "ben"), callerAt(b.origin, "dan")]);
  for (const one of [ann, ben, cat, dan]) await until(() => hasKey(one), "has published a key");
}, 180_000);

afterAll(() => town?.stop(), 60_000);

/** After a restart a colony first has to hear of what was said: peers come back to each other within a minute. */
const WITHIN = 90_000;

/** The entry of a record in somebody's opened inbox, waited for. */
const entryAt = async (who: Caller, uri: string, action = "create"): Promise<OpenedEntry> => {
  let found: OpenedEntry | undefined;
  await until(async () => (found = (await openedAt(who)).find((entry) => entry.uri === uri && entry.action === action)) !== undefined, `${uri} arrives`, WITHIN);
  if (found === undefined) throw new Error("unreachable");
  return found;
};

const untilState = (who: Caller, task: Ref, state: string): Promise<void> => until(async () => (await taskAt(who, task))?.state === state, `the task is ${state}`, WITHIN);

/** Receipts about a record in somebody's opened inbox. */
const receiptsAt = async (who: Caller, { uri }: Ref): Promise<Record<string, unknown>[]> =>
  (await openedAt(who)).flatMap(({ value }) => (value?.["$type"] === "agent.comms.receipt" && (value["subject"] as Ref | undefined)?.uri === uri ? [value] : []));

describe("a task between two colonies", () => {
  test("is asked for, worked on and done, and nobody else reads a word of it", async () => {
    const task = await sendRequest(ann, ben, "MARK translate", { deadline: inMs(60_000), capability: "translate", ackRequested: { delivered: true, processed: true } });
    expect(await entryAt(ben, task.uri)).toMatchObject({ sealed: true, disposition: "accepted", task: task.uri, value: { input: [text("MARK translate")], capability: "translate" } });
    expect(await taskAt(ben, task)).toMatchObject({ role: "worker", peer: ann.did, state: "submitted" });
    const question = await sendResponse(ben, task, "input-required", { output: [text("MARK which language?")] });
    expect(await entryAt(ann, question.uri)).toMatchObject({ task: task.uri, value: { state: "input-required" } });
    await sendMessage(ann, ben, "MARK French");
    const done = await sendResponse(ben, task, "completed", { output: [text("MARK voilà")] });
    expect(await entryAt(ann, done.uri)).toMatchObject({ disposition: "accepted", value: { state: "completed", output: [text("MARK voilà")] } });
    for (const one of [ann, ben]) expect(await taskAt(one, task)).toMatchObject({ state: "completed" });
    await call(ben, "agent.comms.acknowledge", { uris: [task.uri] });
    await until(async () => (await receiptsAt(ann, task)).length === 2, "both receipts come", WITHIN);
    expect((await receiptsAt(ann, task)).map(({ status }) => status)).toEqual(["delivered", "processed"]);
    // Everything that stands in the two repositories, as everybody reads it.
    for (const [who, origin] of [[ann, a.origin], [ben, b.origin]] as const) {
      for (const collection of ["request", "response", "message", "receipt"]) {
        for (const uri of await urisIn(who, `agent.comms.${collection}`)) {
          const { value } = await recordAt(origin, uri);
          expect(JSON.stringify(value)).not.toMatch(/MARK |translate|input-required|completed|delivered|processed|deadline/);
        }
      }
    }
    expect(await taskAt(cat, task)).toBeUndefined();
  });

  test("whose deadline passes is expired on both sides, and the requester is told why", async () => {
    const task = await sendRequest(ann, ben, "never done", { deadline: inMs(14_000) });
    await entryAt(ben, task.uri);
    // An object that nobody asks anything sleeps after ten seconds: it is woken by its deadline.
    await sleep(15_000);
    for (const one of [ann, ben]) await untilState(one, task, "expired");
    await until(async () => (await openedAt(ann)).some(({ value, author }) => author === ben.did && (value?.["request"] as Ref | undefined)?.uri === task.uri), "the worker says so", WITHIN);
    expect(await taskAt(ann, task)).toMatchObject({ error: { code: "deadline-exceeded" } });
    expect(await refusalOf(ben, "agent.comms.send", { collection: "agent.comms.response", record: { request: { uri: task.uri, cid: task.cid }, state: "completed", createdAt: inMs(0) } })).toBe("TaskEnded");
  });

  test("is canceled, or that comes too late: both sides agree, whoever was faster", async () => {
    const task = await sendRequest(ann, ben, "stop");
    await entryAt(ben, task.uri);
    await sendCancel(ann, ben, task);
    for (const one of [ann, ben]) await untilState(one, task, "canceled");
    expect(await taskAt(ann, task)).toMatchObject({ cancel: "canceled" });

    const raced = await sendRequest(ann, ben, "race");
    await entryAt(ben, raced.uri);
    const completing = refusalOf(ben, "agent.comms.send", { collection: "agent.comms.response", record: { request: { uri: raced.uri, cid: raced.cid }, state: "completed", createdAt: inMs(0) } });
    await sendCancel(ann, ben, raced).catch(() => undefined);
    await completing;
    let state: string | undefined;
    await until(async () => ["completed", "canceled"].includes((state = (await taskAt(ben, raced))?.state) ?? ""), "the worker's side is decided", WITHIN);
    await untilState(ann, raced, state ?? "");
    // Whichever it is, the wish is answered.
    await until(async () => (await taskAt(ann, raced))?.cancel !== "requested", "the wish is answered", WITHIN);
  });

  test("that is taken back is not worked on", async () => {
    const task = await sendRequest(ann, ben, "never mind");
    await entryAt(ben, task.uri);
    await call(ann, "com.atproto.repo.deleteRecord", { repo: ann.did, collection: "agent.comms.request", rkey: task.uri.split("/").at(-1) });
    await entryAt(ben, task.uri, "delete");
    expect(await entryAt(ben, task.uri)).toMatchObject({ disposition: "refused" });
    expect((await entryAt(ben, task.uri)).value).not.toHaveProperty("capability");
    expect(JSON.stringify(await entryAt(ben, task.uri))).not.toContain("never mind");
    expect(await taskAt(ben, task)).toMatchObject({ state: "canceled", error: { code: "withdrawn" } });
  });

  test("is only answered by who has it", async () => {
    const task = await sendRequest(ann, ben, "yours alone");
    const word = await sendResponse(dan, task, "completed", { output: [text("lies")] });
    expect(await entryAt(ann, word.uri)).toMatchObject({ disposition: "refused", task: task.uri });
    expect(await taskAt(ann, task)).toMatchObject({ state: "submitted", peer: ben.did });
  });
});

describe("a handoff", () => {
  test("that is accepted moves the task, and what belongs to it", async () => {
    const task = await sendRequest(ann, ben, "the secret input", { deadline: inMs(60_000), maxDelegationDepth: 1 });
    await entryAt(ben, task.uri);
    const offer = await sendHandoff(ben, cat, task, { reason: "Cat knows more" });
    expect(await entryAt(cat, offer.uri)).toMatchObject({ sealed: true, disposition: "accepted", value: { input: [text("the secret input")], reason: "Cat knows more" } });
    await entryAt(ann, offer.uri);
    expect(await taskAt(ann, task)).toMatchObject({ peer: ben.did, handoff: { state: "offered", to: cat.did } });
    const answer = await answerHandoff(cat, offer, task, "accepted");
    for (const one of [ann, ben]) await entryAt(one, answer.uri);
    expect(await taskAt(ann, task)).toMatchObject({ peer: cat.did, handoff: { state: "accepted" } });
    expect(await refusalOf(ben, "agent.comms.send", { collection: "agent.comms.response", record: { request: { uri: task.uri, cid: task.cid }, state: "completed", createdAt: inMs(0) } })).toBe("NotAllowed");
    await sendResponse(cat, task, "completed", { output: [text("done by Cat")] });
    await untilState(ann, task, "completed");
  });

  test("that is declined leaves it where it is", async () => {
    const task = await sendRequest(ann, ben, "work");
    await entryAt(ben, task.uri);
    const offer = await sendHandoff(ben, dan, task);
    await entryAt(dan, offer.uri);
    const answer = await answerHandoff(dan, offer, task, "declined");
    for (const one of [ann, ben]) await entryAt(one, answer.uri);
    expect(await taskAt(ann, task)).toMatchObject({ peer: ben.did, handoff: { state: "declined" } });
    await sendResponse(ben, task, "completed");
    await untilState(ann, task, "completed");
  });
});

describe("what comes twice", () => {
  const publish = (from: Caller, record: Record<string, unknown>) => call<Ref>(from, "com.atproto.repo.createRecord", { repo: from.did, collection: "agent.comms.message", record });

  test("counts once; what is said otherwise under the same key is refused, and its author told", async () => {
    const record = { to: [ben.did], content: [text("once")], idempotencyKey: "the same", createdAt: inMs(0) };
    const first = await publish(ann, record);
    const again = await publish(ann, { ...record, createdAt: inMs(1) });
    const other = await publish(ann, { ...record, content: [text("otherwise")] });
    expect(await entryAt(ben, first.uri)).toMatchObject({ sealed: false, disposition: "accepted" });
    expect(await entryAt(ben, again.uri)).toMatchObject({ disposition: "repeat" });
    expect(await entryAt(ben, other.uri)).toMatchObject({ disposition: "conflict" });
    await until(async () => (await receiptsAt(ann, other)).length > 0, "the author is told", WITHIN);
    expect(await receiptsAt(ann, other)).toMatchObject([{ status: "refused", error: { code: "idempotency-conflict" } }]);
    expect(await receiptsAt(ann, first)).toEqual([]);
  });

  test("is not sent twice in the first place", async () => {
    const first = await sendRequest(ann, ben, "once", { idempotencyKey: "k" });
    expect(await sendRequest(ann, ben, "once", { idempotencyKey: "k" })).toEqual(first);
  });
});

test("agents that answer each other for ever do not", async () => {
  const opening = await sendMessage(ann, ben, "hello");
  const thread = { root: opening, parent: opening };
  const count = async (): Promise<number> => {
    // An agent that does not count hops, or lies.
    for (let i = 0; ; i++) {
      const refusal = await refusalOf(ben, "agent.comms.send", { collection: "agent.comms.message", record: { to: [ann.did], content: [text(`echo ${i}`)], thread, hopCount: 1, createdAt: inMs(0) } });
      if (refusal !== "done") {
        expect(refusal).toBe("RateLimitExceeded");
        return i;
      }
    }
  };
  expect(await count()).toBe(32);
  expect(await refusalOf(ben, "agent.comms.send", { collection: "agent.comms.message", record: { to: [ann.did], content: [text("far")], hopCount: 9, createdAt: inMs(0) } })).toBe("InvalidRequest");
});

describe("a colony that is away", () => {
  test("the worker's, past the deadline: the requester knows by itself, and the worker does not begin", async () => {
    const task = await sendRequest(ann, ben, "while you were away", { deadline: inMs(6_000) });
    await b.colony.kill();
    await untilState(ann, task, "expired");
    expect(await taskAt(ann, task)).toMatchObject({ error: { code: "deadline-exceeded" } });
    await b.colony.start();
    expect(await entryAt(ben, task.uri)).toMatchObject({ disposition: "expired" });
    await untilState(ben, task, "expired");
  }, 240_000);

  test("both, one after the other: everything that was said comes, once", async () => {
    await b.colony.kill();
    const task = await sendRequest(ann, ben, "for later", { ackRequested: { delivered: true } });
    await a.colony.kill();
    await b.colony.start();
    await a.colony.start();
    await entryAt(ben, task.uri);
    await a.colony.kill();
    const result = await sendResponse(ben, task, "completed", { output: [text("meanwhile")] });
    await a.colony.start();
    expect(await entryAt(ann, result.uri)).toMatchObject({ disposition: "accepted", task: task.uri });
    await untilState(ann, task, "completed");
    await until(async () => (await receiptsAt(ann, task)).length === 1, "the receipt comes", WITHIN);
    expect((await openedAt(ben)).filter(({ uri }) => uri === task.uri)).toHaveLength(1);
    expect((await openedAt(ann)).filter(({ uri }) => uri === result.uri)).toHaveLength(1);
  }, 400_000);
});
