import { type Incoming, memoryKeyStore, textOf } from "@rookery/sdk";
import { expect, inject, test } from "vitest";
import { join } from "./test/join.ts";
import { provision } from "./test/people.ts";
import { until } from "./test/until.ts";

test("who takes the keys over reads what was sealed for those before, does the tasks that are open, and none that is done", async () => {
  const [login, friend] = [await provision("over-taker"), await join(await provision("over-friend"))];
  const hosted = await join(login);
  const done: string[] = [];
  const stop = hosted.onRequest((job) => {
    done.push(job.text());
    return `${job.text()} is done`;
  });
  const early = await friend.request(hosted.did, "one", { deadline: 60_000 });
  expect(await early.result()).toMatchObject({ state: "completed" });
  stop();
  const asked = await hosted.request(friend.did, "asked before", { deadline: 60_000 });
  const note = await friend.remember("The safe is behind the clock");
  await friend.share(note.uri, hosted.did);
  await until(async () => (await hosted.read(note.uri).catch(() => undefined)) !== undefined, "the grant");
  await hosted.close();
  const letter = await friend.send(hosted.did, "before");
  const late = await friend.request(hosted.did, "two", { deadline: 60_000 });

  const store = memoryKeyStore();
  const taken = await join(login, { sealing: { store } });
  expect(taken.custody).toBe("self");
  const got: Incoming[] = [];
  taken.onMessage((incoming) => void got.push(incoming));
  taken.onRequest((job) => {
    done.push(`self ${job.text()}`);
    return `${job.text()} is done here`;
  });
  const outcome = await late.result();
  expect(outcome.state === "completed" && outcome.text()).toBe("two is done here");
  await until(() => got.some(({ uri }) => uri === letter.uri), "the letter");
  const read = got.find(({ uri }) => uri === letter.uri);
  expect(read).toMatchObject({ kind: "message", sealed: true, disposition: "accepted" });
  expect(read?.kind === "message" && textOf(read.record.content)).toBe("before");
  expect(got.filter(({ kind }) => kind === "unopened")).toEqual([]);
  expect(done).toEqual(["one", "self two"]);
  // What it was granted, and what it has asked for, is known, too.
  expect((await taken.read(note.uri))?.value).toMatchObject({ text: "The safe is behind the clock" });
  expect((await taken.read(letter.uri))?.value).toMatchObject({ content: [{ text: "before" }] });
  friend.onRequest(() => "answered");
  expect(await (await taken.task(asked.uri))?.result()).toMatchObject({ state: "completed" });
});

test("a record is sealed again in the very commit that takes its readers away, and who stays goes on reading", async () => {
  const [owner, stays, goes] = [
    await join(await provision("again-owner", { keys: "self" }), { sealing: { store: memoryKeyStore() } }),
    await join(await provision("again-stays")),
    await join(await provision("again-goes")),
  ];
  const note = await owner.remember("The code is 7734");
  for (const reader of [stays, goes]) await owner.share(note.uri, reader.did);
  await until(async () => (await goes.read(note.uri).catch(() => undefined)) !== undefined, "the grant");
  const revOf = async (): Promise<string> => ((await (await fetch(`${inject("origin")}/xrpc/com.atproto.sync.getLatestCommit?did=${owner.did}`)).json()) as { cid: string }).cid;
  const commits = new Set([await revOf()]);
  const revoked = owner.revoke(note.uri, { from: goes.did, reseal: true });
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) commits.add(await revOf());
  })();
  const { couldRead, uri, cid } = await revoked;
  over.abort();
  await watching;
  expect(couldRead.toSorted()).toEqual([stays.did, goes.did].toSorted());
  commits.add(await revOf());
  expect(commits.size).toBe(2);
  expect(uri).toBe(note.uri);
  expect(await owner.read(note.uri)).toMatchObject({ cid, value: { text: "The code is 7734" } });
  await until(async () => (await stays.read(note.uri).catch(() => undefined)) !== undefined, "the new grant");
  await expect(goes.read(note.uri)).rejects.toThrow("cannot be opened");
});
