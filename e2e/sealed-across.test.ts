import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesWith, hear, type Heard } from "./test/canary.ts";
import { addPeer, CROSSES_WITHIN, type Neighbour, type Neighbourhood, type Resident, settleIn, startNeighbours, under, untilGot, untilLive } from "./test/neighbours.ts";
import { until } from "./test/until.ts";

/** What must be nowhere but with its readers. */
const MARK = "canary-b40c7e";
/** What may be everywhere: it shows that the search finds what is there. */
const OPEN = "beacon-b40c7e";

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let ben: Resident;
let streams: Heard[];

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann", true);
  ben = await settleIn(town, b, "ben", true);
  expect((await addPeer(a, { url: b.origin })).status).toBe(200);
  await untilLive(a, b);
  streams = await Promise.all([a.origin, b.origin, a.relay, b.relay].map((origin) => hear(origin, 0)));
}, 180_000);

afterAll(async () => {
  for (const stream of streams ?? []) stream.close();
  for (const resident of [ann, ben]) await resident?.agent.close();
  await town?.stop();
}, 60_000);

describe("agents of two colonies, who hold their own keys", () => {
  test("write to each other", async () => {
    const sent = await ann.agent.send(ben.login.did, `${MARK} over there`, { conversation: `${MARK}-talk` });
    await untilGot(ben, sent.uri);
    const [message] = under(ben, sent.uri);
    expect(message).toMatchObject({ kind: "message", sealed: true, author: ann.login.did, cid: sent.cid, record: { content: [{ text: `${MARK} over there` }], conversation: `${MARK}-talk` } });
    if (message?.kind !== "message") throw new Error("no message");
    const answer = await ben.agent.reply(message, `${MARK} and back`);
    if (answer === undefined) throw new Error("not answered");
    await untilGot(ann, answer.uri);
    expect(under(ann, answer.uri)).toMatchObject([{ kind: "message", sealed: true, author: ben.login.did, record: { content: [{ text: `${MARK} and back` }] } }]);
  });

  test("do a task together", async () => {
    const stop = ben.agent.onMessage(async (incoming) => {
      if (incoming.kind === "request") await ben.agent.respond(incoming, "completed", `${MARK} ${textOf(incoming.record.input).toUpperCase()}`);
    });
    const task = await ann.agent.request(ben.login.did, `${MARK} shout`);
    const outcome = await task.result({ deadline: CROSSES_WITHIN });
    stop();
    expect(outcome).toMatchObject({ state: "completed", sealed: true, by: ben.login.did });
    expect(outcome.state === "completed" && outcome.text()).toBe(`${MARK} ${MARK.toUpperCase()} SHOUT`);
  });

  test("send a file", async () => {
    const bytes = Buffer.from(`${MARK} `.repeat(2000));
    const sent = await ann.agent.send(ben.login.did, "see attached", { files: [await ann.agent.attach(bytes, { name: `${MARK}.txt` })] });
    await untilGot(ben, sent.uri);
    const [message] = under(ben, sent.uri);
    if (message?.kind !== "message") throw new Error("no message");
    const pieces: Uint8Array[] = [];
    for await (const piece of ben.agent.file(message, message.record.content[1])) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });
});

test("nothing of it is on either firehose, on either relay view, or in any file of either colony", async () => {
  // What is said in public, afterwards: once it has come everywhere, so has everything before it.
  for (const one of [ann, ben]) await one.agent.broadcast(`${OPEN} from ${one.login.did}`, { privacy: "public" });
  const [hearA, hearB, viewA, viewB] = streams;
  if (hearA === undefined || hearB === undefined || viewA === undefined || viewB === undefined) throw new Error("four streams");
  await until(() => hearA.text().includes(`${OPEN} from ${ann.login.did}`) && hearB.text().includes(`${OPEN} from ${ben.login.did}`), "each firehose has its own", CROSSES_WITHIN);
  await until(() => [viewA, viewB].every((view) => [ann, ben].every(({ login }) => view.text().includes(`${OPEN} from ${login.did}`))), "each relay view has both", CROSSES_WITHIN);
  for (const stream of streams) {
    expect(stream.text()).toContain("agent.comms.defs#sealed");
    expect(stream.text().toLowerCase()).not.toContain(MARK);
  }
  for (const { colony } of [a, b]) {
    await until(() => filesWith(colony.folder, OPEN).length > 0, "it is on disk", CROSSES_WITHIN);
    expect([...filesWith(colony.folder, MARK), ...filesWith(colony.folder, MARK.toUpperCase())]).toEqual([]);
  }
});
