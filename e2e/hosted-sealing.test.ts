import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrivedAt, call, type Caller, callerAt, commitOf, recordAt, refusalOf, urisIn } from "./test/caller.ts";
import { addPeer, CROSSES_WITHIN, type Neighbour, type Neighbourhood, startNeighbours, untilLive } from "./test/neighbours.ts";
import { openSealed, publishKeys, type SelfKeyed, sendSealed } from "./test/self-keyed.ts";
import { until } from "./test/until.ts";

// Two colonies. Ann and Cat are of the first, Ben and Dan of the second; Dan holds his keys himself. Cat is who it is not for.

interface At {
  uri: string;
  cid: string;
}

const MARK = "canary-5d02f1";
const text = (said: string) => ({ $type: "agent.comms.defs#text", text: said });
const message = (to: Caller[], said: string) => ({ to: to.map(({ did }) => did), content: [text(said)], createdAt: new Date().toISOString() });

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Caller;
let ben: Caller;
let cat: Caller;
let dan: SelfKeyed;

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  expect((await addPeer(a, { url: b.origin })).status).toBe(200);
  await untilLive(a, b);
  [ann, cat, ben] = await Promise.all([callerAt(a.origin, "ann"), callerAt(a.origin, "cat"), callerAt(b.origin, "ben")]);
  dan = await publishKeys(await callerAt(b.origin, "dan", { keys: "self" }));
  for (const one of [ann, ben, cat]) await until(async () => (await urisIn(one, "agent.comms.key")).length > 0, "has published a key");
}, 180_000);

afterAll(() => town?.stop(), 60_000);

const send = (from: Caller, to: Caller[], said: string) => call<At>(from, "agent.comms.send", { collection: "agent.comms.message", record: message(to, said) });
const open = (who: Caller, uri: string, more = {}) => call<{ author: string; cid: string; sealed: boolean; value: Record<string, unknown> }>(who, "agent.comms.open", { uri, ...more });
const untilArrived = (at: Caller, uri: string, action = "create") => until(async () => (await arrivedAt(at)).some((one) => one.uri === uri && one.action === action), `${uri} arrives`, CROSSES_WITHIN);
const isRefused = async (who: Caller, uri: string, more = {}) => expect(await refusalOf(who, "agent.comms.open", { uri, ...more })).toBe("CannotOpen");

describe("a hosted agent writes", () => {
  test.each<[string, () => Caller]>([["in its own colony", () => cat], ["to another colony", () => ben]])("%s, and the two read it, nobody else", async (_where, whom) => {
    const to = whom();
    const { uri, cid } = await send(ann, [to], `${MARK} over there`);
    await untilArrived(to, uri);
    expect(JSON.stringify(await recordAt(a.origin, uri))).not.toContain(MARK);
    for (const one of [to, ann]) expect(await open(one, uri)).toMatchObject({ author: ann.did, cid, sealed: true, value: { content: [text(`${MARK} over there`)] } });
    await isRefused(to === cat ? ben : cat, uri);
    await expect(openSealed(dan, a.origin, uri)).rejects.toThrow("cannot be opened");
  });

  test("to one who holds the keys alone, and is answered", async () => {
    const { uri } = await send(ann, [dan], `${MARK} for Dan`);
    await untilArrived(dan, uri);
    expect(await openSealed(dan, a.origin, uri)).toMatchObject({ sealed: true, record: { content: [text(`${MARK} for Dan`)] } });
    expect(await refusalOf(dan, "agent.comms.open", { uri })).toBe("SelfKeyed");
    const answer = await sendSealed(dan, a.origin, { collection: "agent.comms.message", rkey: "3kznmn7xqxl22", record: { $type: "agent.comms.message", ...message([ann], `${MARK} for Ann`) } });
    await untilArrived(ann, answer.uri);
    expect(await open(ann, answer.uri)).toMatchObject({ author: dan.did, sealed: true, value: { content: [text(`${MARK} for Ann`)] } });
    for (const one of [cat, ben]) await isRefused(one, answer.uri);
  });

  test("to both kinds in two colonies at once", async () => {
    const { uri } = await send(ben, [ann, dan], `${MARK} for both`);
    await untilArrived(ann, uri);
    expect((await open(ann, uri)).value["content"]).toEqual([text(`${MARK} for both`)]);
    expect((await openSealed(dan, b.origin, uri)).record["content"]).toEqual([text(`${MARK} for both`)]);
    await isRefused(cat, uri);
  });

  test("nothing at all when one of them cannot be sealed for", async () => {
    const eve = await callerAt(b.origin, "eve", { keys: "self" });
    const before = await commitOf(ann);
    for (const to of [[eve], [ben, eve]]) expect(await refusalOf(ann, "agent.comms.send", { collection: "agent.comms.message", record: message(to, MARK) })).toBe("CannotSeal");
    for (const privacy of ["open", "", "Public"]) expect(await refusalOf(ann, "agent.comms.send", { collection: "agent.comms.message", record: message([ben], MARK), privacy })).toBe("InvalidRequest");
    expect(await commitOf(ann)).toBe(before);
  });

  test("once, though it asks twice", async () => {
    const body = { collection: "agent.comms.message", rkey: "3kznmn7xqxl24", record: message([ben], `${MARK} once`) };
    const [first, second] = await Promise.all([call<At>(ann, "agent.comms.send", body), call<At>(ann, "agent.comms.send", body)]);
    expect(second).toEqual(first);
    expect(await refusalOf(ann, "agent.comms.send", { ...body, record: message([ben], "another") })).toBe("RecordConflict");
  });
});

test("the example of docs/sealing.md does what the page says", async () => {
  const page = readFileSync(new URL("../docs/sealing.md", import.meta.url), "utf8");
  const [, body = ""] = /agent\.comms\.send [^]*?-d '([^']*)'/.exec(page) ?? [];
  const { uri } = await call<At>(ann, "agent.comms.send", JSON.parse(body.replace("did:plc:…", ben.did)));
  await untilArrived(ben, uri);
  expect((await open(ben, uri)).value["content"]).toEqual([text("Meet me at noon")]);
});

describe("what was sent to one", () => {
  let sent: At;
  beforeAll(async () => {
    sent = await send(ann, [cat], `${MARK} for Cat at first`);
  });

  test("is shared with others in another colony, and taken back", async () => {
    for (const one of [ben, dan]) await (one === ben ? isRefused(one, sent.uri) : expect(openSealed(dan, a.origin, sent.uri)).rejects.toThrow("cannot be opened"));
    const [forBen, forDan] = [await call<At>(ann, "agent.comms.share", { uri: sent.uri, to: ben.did }), await call<At>(ann, "agent.comms.share", { uri: sent.uri, to: dan.did })];
    expect(await call<At>(ann, "agent.comms.share", { uri: sent.uri, to: ben.did })).toEqual(forBen);
    await untilArrived(ben, forBen.uri);
    for (const more of [{}, { grant: forBen.uri }]) expect(await open(ben, sent.uri, more)).toMatchObject({ author: ann.did, cid: sent.cid, sealed: true });
    expect((await openSealed(dan, a.origin, sent.uri, forDan.uri)).record["content"]).toEqual([text(`${MARK} for Cat at first`)]);
    await isRefused(ben, sent.uri, { grant: forDan.uri });
    await expect(openSealed(dan, a.origin, sent.uri, forBen.uri)).rejects.toThrow("cannot be opened");
    expect((await recordAt(a.origin, sent.uri)).cid).toBe(sent.cid);

    const before = await commitOf(ann);
    expect(await refusalOf(ann, "agent.comms.revoke", { uri: sent.uri, to: ben.did, reseal: true })).toBe("CannotReseal");
    expect(await commitOf(ann)).toBe(before);
    const couldRead = [ben.did, cat.did, dan.did].toSorted();
    expect(await call(ann, "agent.comms.revoke", { uri: sent.uri, to: ben.did })).toEqual({ couldRead });
    await untilArrived(ben, forBen.uri, "delete");
    await isRefused(ben, sent.uri);
    expect(await call(ann, "agent.comms.revoke", { grant: forDan.uri })).toEqual({ couldRead });
    for (const who of [ben, cat]) for (const method of ["share", "revoke", "makePublic"]) expect(await refusalOf(who, `agent.comms.${method}`, { uri: sent.uri, to: ben.did })).toBe("RecordNotFound");
  });

  test("is for everybody when its author says so, and stays what it is", async () => {
    const other = await send(ann, [cat], `${MARK} still for Cat`);
    const done = await call<At>(ann, "agent.comms.makePublic", { uri: sent.uri });
    expect(await call<At>(ann, "agent.comms.makePublic", { uri: sent.uri })).toEqual(done);
    expect(await open(ben, sent.uri)).toMatchObject({ cid: sent.cid, sealed: true, value: { content: [text(`${MARK} for Cat at first`)] } });
    expect((await openSealed(dan, a.origin, sent.uri, done.uri)).sealed).toBe(true);
    await isRefused(ben, other.uri);
    expect(await refusalOf(ann, "agent.comms.share", { uri: sent.uri, to: ben.did })).toBe("NotSealed");
  });
});

describe("a memory", () => {
  const remember = (said: string) => call<At>(ann, "agent.memory.remember", { kind: "note", text: said });

  test("is nobody's but its author's, until it is shared, sealed again, and public", async () => {
    const { uri } = await remember(`${MARK} what I know`);
    expect(JSON.stringify(await recordAt(a.origin, uri))).not.toContain(MARK);
    for (const one of [ben, cat]) await isRefused(one, uri);
    const forBen = await call<At>(ann, "agent.comms.share", { uri, to: ben.did });
    const forCat = await call<At>(ann, "agent.comms.share", { uri, to: cat.did });
    for (const [one, { uri: grant }] of [[ben, forBen], [cat, forCat]] as const) expect((await open(one, uri, { grant })).value["text"]).toBe(`${MARK} what I know`);

    const done = await call<At & { couldRead: string[] }>(ann, "agent.comms.revoke", { uri, to: ben.did, reseal: true });
    expect(done).toMatchObject({ uri, couldRead: [ben.did, cat.did].toSorted() });
    expect((await recordAt(a.origin, uri)).cid).toBe(done.cid);
    const [kept] = await urisIn(ann, "agent.comms.grant");
    expect((await open(cat, uri, { grant: kept })).value["text"]).toBe(`${MARK} what I know`);
    for (const more of [{}, { grant: forBen.uri }, { grant: kept }]) await isRefused(ben, uri, more);
    expect((await open(ann, uri)).value["text"]).toBe(`${MARK} what I know`);

    const shown = await call<At>(ann, "agent.comms.makePublic", { uri });
    expect(shown.uri).toBe(uri);
    expect(await open(ben, uri)).toMatchObject({ sealed: false, cid: shown.cid, value: { text: `${MARK} what I know` } });
    expect(await urisIn(ann, "agent.comms.grant")).not.toContain(kept);
  });
});
