import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { atcute, type Change, type Consumer, official, skyware } from "./test/consumers.ts";
import { NOTES, type Person, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";

/** Creates, updates, deletes and a batch. @returns what every consumer must tell of it, in order. */
const writeSome = async ({ agent, did }: Person): Promise<Change[]> => {
  const { repo } = agent.com.atproto;
  const expected: Change[] = [];
  for (let i = 0; i < 12; i++) {
    const rkey = `n${i}`;
    const created = await repo.createRecord({ repo: did, collection: NOTES, rkey, record: { text: `note ${i % 3}` } });
    expected.push(`create ${NOTES}/${rkey} ${created.data.cid}`);
    if (i % 3 === 1) {
      const updated = await repo.putRecord({ repo: did, collection: NOTES, rkey, record: { text: "another" } });
      expected.push(`update ${NOTES}/${rkey} ${updated.data.cid}`);
    }
    if (i % 4 === 3) {
      await repo.deleteRecord({ repo: did, collection: NOTES, rkey });
      expected.push(`delete ${NOTES}/${rkey}`);
    }
  }
  const writes = Array.from({ length: 20 }, (_, i) => ({ $type: "com.atproto.repo.applyWrites#create" as const, collection: "org.example.batch", rkey: `b${String(i).padStart(2, "0")}`, value: { i } }));
  const { data } = await repo.applyWrites({ repo: did, writes });
  for (const result of data.results ?? []) if ("cid" in result) expected.push(`create ${result.uri.split("/").slice(3).join("/")} ${result.cid}`);
  return expected;
};

let open: Consumer[] = [];

afterEach(async () => {
  for (const consumer of open.splice(0)) await consumer.close();
});

const connect = (make: (cursor?: number) => Consumer, cursor?: number): Consumer => {
  const consumer = make(cursor);
  open = [...open, consumer];
  return consumer;
};

/** Once the consumer tells of writes it is live: it gets something to tell until then. */
const untilLive = async (consumer: Consumer, name: string): Promise<void> => {
  const { agent, did } = await signUp(name);
  let tries = 0;
  await until(
    async () => {
      await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, record: { warm: tries++ } });
      await sleep(50);
      return (consumer.changes.get(did)?.length ?? 0) > 0;
    },
    "the consumer is live",
  );
};

const isRising = (seqs: number[]): boolean => seqs.every((seq, i) => i === 0 || seq > (seqs[i - 1] ?? Infinity));

describe.each([
  ["@atproto/sync", "official", official],
  ["@atcute/firehose", "atcute", atcute],
  ["@skyware/firehose", "skyware", skyware],
] as const)("%s", (_, name, make) => {
  test("live: every record once, in order, no complaints", async () => {
    const writer = await signUp(`${name}-live`);
    const consumer = connect(make);
    await untilLive(consumer, `${name}-warm`);
    const expected = await writeSome(writer);
    await until(() => (consumer.changes.get(writer.did)?.length ?? 0) >= expected.length, "all changes");
    await sleep(200);
    expect(consumer.changes.get(writer.did)).toEqual(expected);
    expect(consumer.errors).toEqual([]);
    expect(isRising(consumer.seqs)).toBe(true);
  });

  test("from cursor 0 into live: the same", async () => {
    const writer = await signUp(`${name}-past`);
    const past = await writeSome(writer);
    const later = await signUp(`${name}-after`);
    const consumer = connect(make, 0);
    const live = await writeSome(later);
    await until(() => consumer.changes.get(writer.did)?.length === past.length && consumer.changes.get(later.did)?.length === live.length, "all changes");
    await sleep(200);
    expect(consumer.changes.get(writer.did)).toEqual(past);
    expect(consumer.changes.get(later.did)).toEqual(live);
    expect(consumer.errors).toEqual([]);
    expect(isRising(consumer.seqs)).toBe(true);
  });
});

// After five silent seconds this client closes its socket and does not open another: whoever uses it starts a new one.
test("@skyware/firehose started anew with its own cursor misses nothing and repeats nothing", async () => {
  const writer = await signUp("skyware-again");
  const first = connect(skyware);
  await untilLive(first, "skyware-wake");
  const before = await writeSome(writer);
  await until(() => (first.changes.get(writer.did)?.length ?? 0) >= before.length, "all changes");
  await first.close();
  const { data } = await writer.agent.com.atproto.repo.createRecord({ repo: writer.did, collection: NOTES, rkey: "between", record: { text: "while nobody listened" } });
  const second = connect(skyware, first.seqs.at(-1));
  await until(() => second.changes.has(writer.did), "the change in between");
  expect(second.changes.get(writer.did)).toEqual([`create ${NOTES}/between ${data.cid}`]);
  expect([...first.errors, ...second.errors]).toEqual([]);
});
