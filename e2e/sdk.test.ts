import { connect, type ColonyAgent, type ConnectOptions, type Incoming, json, memoryKeyStore, RefusedError, text, textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { provision } from "./test/people.ts";
import { until } from "./test/until.ts";

const agents: ColonyAgent[] = [];

/** An agent at work. @param custody who holds its keys. */
const employ = async (name: string, custody: "hosted" | "self" = "hosted", more: Partial<ConnectOptions> = {}): Promise<ColonyAgent> => {
  const { handle, password } = await provision(name, custody === "self" ? { keys: "self" } : {});
  return join(handle, password, { ...(custody === "self" ? { sealing: { store: memoryKeyStore() } } : {}), ...more });
};

const join = async (identifier: string, password: string, more: Partial<ConnectOptions> = {}): Promise<ColonyAgent> => {
  const agent = await connect({ service: inject("origin"), identifier, password, plcUrl: inject("plcUrl"), inbox: { onError: () => undefined }, ...more });
  agents.push(agent);
  return agent;
};

afterAll(() => Promise.all(agents.map((agent) => agent.close())));

/** What anybody can read of a record. */
const publicView = async (uri: string): Promise<string> => {
  const [, , repo = "", collection = "", rkey = ""] = uri.split("/");
  return (await fetch(`${inject("origin")}/xrpc/com.atproto.repo.getRecord?${new URLSearchParams({ repo, collection, rkey })}`)).text();
};

/** The first of a kind that arrives. */
const first = <K extends Incoming["kind"]>(agent: ColonyAgent, kind: K): Promise<Extract<Incoming, { kind: K }>> =>
  new Promise((resolve) => {
    const stop = agent.onMessage((incoming) => {
      if (incoming.kind !== kind) return;
      stop();
      resolve(incoming as Extract<Incoming, { kind: K }>);
    });
  });

const pairs = [["hosted", "hosted"], ["hosted", "self"], ["self", "hosted"], ["self", "self"]] as const;

describe.each(pairs)("a requester whose keys are %s and a worker whose keys are %s", (asking, working) => {
  const name = (who: string): string => `sdk-${asking[0]}${working[0]}-${who}`;
  let ann: ColonyAgent;
  let ben: ColonyAgent;

  beforeAll(async () => {
    [ann, ben] = await Promise.all([employ(name("ann"), asking), employ(name("ben"), working)]);
  });

  test("send each other what nobody else reads, without saying so", async () => {
    const arrived = first(ben, "message");
    const sent = await ann.send(ben.handle, "Meet me at noon", { receipt: ["delivered", "processed"] });
    expect(await arrived).toMatchObject({ sealed: true, author: ann.did, record: { content: [{ text: "Meet me at noon" }] } });
    // With a letter that base64 has not: four letters of it alone are in a sealed record by chance, once in some thousands.
    expect(await publicView(sent.uri)).not.toContain("at noon");
    const back = first(ann, "message");
    await ben.reply(await arrived, "I shall");
    expect(await back).toMatchObject({ sealed: true, record: { hopCount: 1, thread: { parent: { uri: sent.uri } } } });
    expect(await sent.receipt("processed", { deadline: 60_000 })).toMatchObject({ received: true, by: ben.did });
  });

  test("get a task done, with progress, a question in between, and its result", async () => {
    const stop = ben.onRequest(async (job) => {
      job.progress({ percent: 10, text: "begun" });
      const colour = textOf(await job.ask("Which colour?"));
      job.progress(90);
      return [json({ painted: job.text(), colour })];
    });
    const task = await ann.request(ben.did, "the fence", { deadline: 60_000, answer: () => "sky-blue" });
    const told: unknown[] = [];
    const listening = (async () => {
      for await (const progress of task.progress) told.push(progress);
    })();
    const outcome = await task.result();
    if (outcome.state !== "completed") throw new Error(`${outcome.state}: ${outcome.reason}`);
    expect(outcome).toMatchObject({ by: ben.did, sealed: true });
    expect(outcome.json()).toEqual({ painted: "the fence", colour: "sky-blue" });
    await listening;
    expect(told).toContainEqual({ percent: 10, text: "begun" });
    for (const uri of [task.uri, outcome.uri]) expect(await publicView(uri)).not.toMatch(/fence|sky-blue|completed|deadline/);
    stop();
  });

  test("are told why not: refused, failed, too late, taken back", async () => {
    const stop = ben.onRequest({
      refuse: () => {
        throw new RefusedError("Not on Sundays");
      },
      fail: () => {
        throw new Error("no paint");
      },
      dawdle: (job) => new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
    });
    const ask = async (capability: string, deadline = 20_000) => ann.request(ben.did, "paint", { capability, deadline });
    const [refused, failed, late, unknown] = await Promise.all([ask("refuse"), ask("fail"), ask("dawdle", 1500), ask("fly")]);
    expect(await refused.result()).toMatchObject({ state: "rejected", reason: "Not on Sundays", error: { code: "not-allowed" } });
    expect(await failed.result()).toMatchObject({ state: "failed", reason: "no paint" });
    expect(await unknown.result()).toMatchObject({ state: "rejected", error: { code: "unsupported" } });
    expect(await late.result()).toMatchObject({ state: "expired", final: true });
    const regretted = await ask("dawdle");
    expect(await regretted.cancel("changed my mind")).toMatchObject({ state: "canceled" });
    stop();
  });

  test("find a task again after a restart, and do none twice", async () => {
    let done = 0;
    const stop = ben.onRequest(() => `done ${++done}`);
    const { uri } = await ann.request(ben.did, "once", { deadline: 60_000 });
    const task = await ann.task(uri);
    expect(await task?.result()).toMatchObject({ state: "completed" });
    stop();
    const again = ben.onRequest(() => `done ${++done}`);
    await (await ann.request(ben.did, "marker", { deadline: 60_000 })).result();
    again();
    expect(done).toBe(2);
  });

  test("share what they remember, and take that back", async () => {
    const memory = await ann.remember("The key is under the third stone", { tags: ["house"] });
    await ann.remember("The cat is called Schrödinger", { subject: "cat" });
    const [best] = await ann.recall("Where is the key?");
    expect(best).toMatchObject({ uri: memory.uri, text: "The key is under the third stone", tags: ["house"] });
    expect(await publicView(memory.uri)).not.toContain("stone");
    expect(await ben.recall("Where is the key?")).toEqual([]);
    await expect(ben.read(memory.uri)).rejects.toThrow("cannot be opened");
    const granted = new Promise<string>((resolve) => {
      const off = ben.onGrant(async ({ record }) => {
        const found = await ben.read(record.subject.uri);
        resolve(String(found?.value["text"]));
        off();
      });
    });
    await ann.share(memory.uri, ben.handle);
    expect(await granted).toBe("The key is under the third stone");
    expect(await ann.revoke(memory.uri, { from: ben.did, reseal: true })).toMatchObject({ couldRead: [ben.did] });
    await expect(ben.read(memory.uri)).rejects.toThrow("cannot be opened");
    expect((await ann.recall("Where is the key?"))[0]?.text).toBe("The key is under the third stone");
    await ann.makePublic(memory.uri);
    expect((await ben.read(memory.uri))?.value).toMatchObject({ text: "The key is under the third stone" });
    expect(await ann.forget({ subject: "cat" })).toHaveLength(1);
  });

  test("send a file", async () => {
    const bytes = new TextEncoder().encode("0123456789".repeat(10_000));
    const arrived = first(ben, "message");
    await ann.send(ben.did, "see attached", { files: [await ann.attach(bytes, { name: "digits.txt", mediaType: "text/plain" })] });
    const message = await arrived;
    const pieces: Uint8Array[] = [];
    for await (const piece of ben.file(message, message.record.content[1])) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(Buffer.from(bytes))).toBe(true);
  });

  test("get a file for a result", async () => {
    const stop = ben.onRequest({ draw: async () => [text("A drawing"), await ben.attach(new Uint8Array(300).fill(7), { name: "drawing" })] });
    const outcome = await (await ann.request(ben.did, "Draw!", { capability: "draw", deadline: 60_000 })).result();
    stop();
    if (outcome.state !== "completed") throw new Error(outcome.reason);
    const pieces: Uint8Array[] = [];
    for await (const piece of ann.file({ author: outcome.by }, outcome.output[1])) pieces.push(piece);
    expect(Buffer.concat(pieces)).toEqual(Buffer.alloc(300, 7));
  });

  test("ask short questions", async () => {
    const asked = first(ben, "question");
    await ann.question(ben.did, "Who are you?");
    const question = await asked;
    expect(question).toMatchObject({ sealed: true, record: { text: "Who are you?" } });
    const answer = first(ann, "message");
    await ben.reply(question, "Ben");
    expect(textOf((await answer).record.content)).toBe("Ben");
  });
});

describe.each(["hosted", "self"] as const)("an agent whose keys are %s, by itself,", (custody) => {
  test("gets what it writes and asks of itself, and knows it in the next run", async () => {
    const { handle, password } = await provision(`sdk-alone-${custody}`, custody === "self" ? { keys: "self" } : {});
    const keys = custody === "self" ? { sealing: { store: memoryKeyStore() } } : {};
    const ann = await join(handle, password, keys);
    const noted = first(ann, "message");
    const sent = await ann.send(handle, "Water the plants", { receipt: ["delivered"] });
    expect(await noted).toMatchObject({ uri: sent.uri, author: ann.did, sealed: true, record: { content: [{ text: "Water the plants" }] } });
    expect(await sent.receipt("delivered", { deadline: 60_000 })).toMatchObject({ received: true, by: ann.did });
    const asked = first(ann, "question");
    const question = await ann.question(ann.did, "Who am I?");
    expect(await asked).toMatchObject({ uri: question.uri, sealed: true });
    ann.onRequest(async (job) => `${job.text()} ${textOf(await job.ask("When?"))}`);
    const task = await ann.request(handle, "Water the plants", { deadline: 60_000, answer: () => "now" });
    const outcome = await task.result();
    expect(outcome).toMatchObject({ state: "completed", by: ann.did, sealed: true });
    expect(outcome.state === "completed" && outcome.text()).toBe("Water the plants now");
    await ann.close();

    // Keys are kept, and nothing else.
    const again = await join(handle, password, keys);
    const done: string[] = [];
    again.onRequest((job) => void done.push(job.text()));
    expect(await (await again.request(handle, "marker", { deadline: 60_000 })).result()).toMatchObject({ state: "completed" });
    expect(done).toEqual(["marker"]);
    expect(await (await again.task(task.uri))?.result()).toMatchObject({ state: "completed", by: ann.did });
  });
});

describe("a task that is handed over", () => {
  test.each([["hosted", "hosted"], ["self", "hosted"], ["hosted", "self"]] as const)("goes from who has %s keys to who has %s keys, with what it needs to know", async (from, to) => {
    const id = `sdk-ho-${from[0]}${to[0]}`;
    const [ann, ben, cat] = await Promise.all([employ(`${id}-ann`), employ(`${id}-ben`, from), employ(`${id}-cat`, to)]);
    const notes = await ben.remember("The pump needs priming");
    const declined: string[] = [];
    const dora = await employ(`${id}-dora`);
    dora.onHandoff(() => {
      throw new RefusedError("Too busy");
    });
    dora.onRequest(() => "not asked");
    ben.onRequest(async (job) => {
      job.progress("looking for somebody");
      const answer = await job.handoff(dora.did, { reason: "Nearer to you" });
      if (!answer.accepted) declined.push(answer.reason);
      expect(await job.handoff(cat.did, { reason: "Knows pumps", records: [notes] })).toEqual({ accepted: true });
    });
    let known: unknown;
    cat.onHandoff(async (offer) => {
      known = (await cat.read(offer.records[0]?.uri ?? ""))?.value["text"];
      return offer.requester === ann.did && offer.reason === "Knows pumps";
    });
    cat.onRequest(async (job) => {
      job.progress("priming");
      // Until the requester has heard of it.
      await until(() => told.includes("priming"), "progress of the one who took it over");
      return `Repaired ${job.text()}`;
    });
    const told: (string | undefined)[] = [];
    const task = await ann.request(ben.did, "the pump", { deadline: 30_000, maxDelegationDepth: 2 });
    void (async () => {
      for await (const step of task.progress) told.push(step.text);
    })();
    const outcome = await task.result();
    expect(outcome).toMatchObject({ state: "completed", by: cat.did, sealed: true });
    expect(outcome.state === "completed" && outcome.text()).toBe("Repaired the pump");
    expect(declined).toEqual(["Too busy"]);
    expect(known).toBe("The pump needs priming");
  });
});

test("who takes the keys over goes on with the same friends, and its colony opens nothing new", async () => {
  const { handle, password } = await provision("sdk-taker");
  const friend = await employ("sdk-friend", "self");
  const hosted = await join(handle, password);
  expect(hosted.custody).toBe("hosted");
  const early = first(hosted, "message");
  await friend.send(hosted.did, "before");
  await early;
  await hosted.close();

  const alarms: unknown[] = [];
  const store = memoryKeyStore();
  const taken = await join(handle, password, { sealing: { store }, onAlarm: (alarm) => void alarms.push(alarm) });
  expect(taken.custody).toBe("self");
  const got: Incoming[] = [];
  taken.onMessage((incoming) => void got.push(incoming));
  // Friends look keys up again after some minutes; one that never wrote does at once.
  const stranger = await employ("sdk-stranger");
  const sent = await stranger.send(taken.did, "after");
  await until(() => got.some(({ uri }) => uri === sent.uri), "what was sent after");
  expect(got.find(({ uri }) => uri === sent.uri)).toMatchObject({ kind: "message", sealed: true, record: { content: [{ text: "after" }] } });
  const answer = first(friend, "message");
  await taken.send(friend.did, "still me");
  expect(textOf((await answer).record.content)).toBe("still me");
  // The colony does nothing for it any more.
  const plain = await join(handle, password);
  await expect(plain.send(friend.did, "x")).rejects.toThrow(/SelfKeyed.*connect with `sealing`/s);
  // And the next run goes on with the same keys.
  await taken.close();
  const again = await join(handle, password, { sealing: { store }, onAlarm: (alarm) => void alarms.push(alarm) });
  await again.send(friend.did, "and again");
  expect(alarms).toEqual([]);
});

test("who keeps keys and nothing else knows from its own repository what it has asked for, and does nothing twice", async () => {
  const [asker, doer] = await Promise.all(["sdk-bare-ann", "sdk-bare-ben"].map(async (name) => ({ login: await provision(name, { keys: "self" }), store: memoryKeyStore() })));
  if (asker === undefined || doer === undefined) throw new Error("two agents");
  const start = ({ login, store }: typeof asker) => join(login.handle, login.password, { sealing: { store } });
  const [ann, ben] = [await start(asker), await start(doer)];
  const done: string[] = [];
  ben.onRequest((job) => {
    done.push(job.text());
    return `${job.text()} is done`;
  });
  const early = await ann.request(ben.did, "one", { deadline: 60_000 });
  expect(await early.result()).toMatchObject({ state: "completed" });
  await ben.close();
  const late = await ann.request(ben.did, "two", { deadline: 60_000 });
  await ann.close();

  const [annAgain, benAgain] = [await start(asker), await start(doer)];
  benAgain.onRequest((job) => {
    done.push(`again ${job.text()}`);
    return `${job.text()} is done at last`;
  });
  const outcome = await (await annAgain.task(late.uri))?.result();
  expect(outcome?.state === "completed" && outcome.text()).toBe("two is done at last");
  expect(done).toEqual(["one", "again two"]);
});

test("what is kept lets the next run go on where the last one was", async () => {
  const { handle, password } = await provision("sdk-keeper");
  const state = memoryKeyStore();
  const ann = await employ("sdk-keeper-ann");
  const got: string[] = [];
  const listen = (agent: ColonyAgent) => agent.onMessage((incoming) => void (incoming.kind === "message" && got.push(textOf(incoming.record.content))));
  const keeper = await join(handle, password, { state });
  listen(keeper);
  await ann.send(keeper.did, "one");
  await until(() => got.length === 1 && keeper.inbox.cursor !== undefined, "the first");
  await keeper.close();
  await ann.send(keeper.did, "two");
  listen(await join(handle, password, { state }));
  await until(() => got.includes("two"), "the second");
  expect(got).toEqual(["one", "two"]);
});
