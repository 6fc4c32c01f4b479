import { describe, expect, it } from "vitest";
import { OpenError, SealError } from "../errors.ts";
import { ProgressReader, openProgress, progressChannel, sealProgress } from "./index.ts";

const request = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.comms.request/3m6vb5g7bck2x";
const worker = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
const secret = new Uint8Array(32).fill(5);
const channel = () => progressChannel({ request, worker, secret });

describe("a channel of progress", () => {
  it("is the same for requester and worker, and another for every task, worker and secret", async () => {
    const own = await channel();
    expect(await channel()).toEqual(own);
    expect(own.id).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(own.key).toHaveLength(32);
    const others = await Promise.all([
      progressChannel({ request: `${request}2`, worker, secret }),
      progressChannel({ request, worker: `${worker}2`, secret }),
      progressChannel({ request, worker, secret: new Uint8Array(32).fill(6) }),
      progressChannel({ request, worker }),
    ]);
    expect(new Set([own.id, ...others.map(({ id }) => id)]).size).toBe(5);
    expect(new Set([own, ...others].map(({ key }) => String(key))).size).toBe(5);
    expect(others[3]?.key).toBeUndefined();
  });

  it("carries what was said, of one length for many", async () => {
    const own = await channel();
    const frames = await Promise.all([sealProgress(own, 1, { percent: 1 }), sealProgress(own, 2, { percent: 50, text: "half of it", json: "[1]" })]);
    expect(await openProgress(own, 1, frames[0])).toEqual({ percent: 1 });
    expect(await openProgress(own, 2, frames[1])).toEqual({ percent: 50, text: "half of it", json: "[1]" });
    expect(frames[0].length).toBe(frames[1].length);
    expect(await sealProgress(own, 1, { percent: 1 })).not.toBe(frames[0]);
  });

  it("refuses what was moved, changed, cut or is of another task", async () => {
    const own = await channel();
    const sealed = await sealProgress(own, 7, { text: "secret" });
    const flipped = `${sealed.slice(0, 40)}${sealed[40] === "A" ? "B" : "A"}${sealed.slice(41)}`;
    const attempts = [
      openProgress(own, 8, sealed),
      openProgress(own, 7, flipped),
      openProgress(own, 7, sealed.slice(0, -4)),
      openProgress(own, 7, ""),
      openProgress(own, 7, "%%%"),
      openProgress({ ...own, request: `${request}2` }, 7, sealed),
      openProgress({ ...own, id: `${own.id.slice(1)}x` }, 7, sealed),
      openProgress({ ...own, key: new Uint8Array(32) }, 7, sealed),
      openProgress({ id: own.id, request }, 7, sealed),
    ];
    for (const { status, ...rest } of await Promise.allSettled(attempts)) expect([status, rest]).toEqual(["rejected", { reason: new OpenError() }]);
  });

  it("seals nothing that has no place or key, or is too much", async () => {
    const own = await channel();
    for (const sequence of [0, -1, 1.5, Number.NaN, 2 ** 53]) await expect(sealProgress(own, sequence, {})).rejects.toThrow(SealError);
    await expect(sealProgress({ id: own.id, request }, 1, {})).rejects.toThrow(SealError);
    await expect(sealProgress(own, 1, { text: "x".repeat(40_000) })).rejects.toThrow(SealError);
  });
});

describe("a reader of progress", () => {
  it("takes each frame once and none that is older than the last", async () => {
    const own = await channel();
    const frames = await Promise.all([1, 5, 6].map(async (sequence) => ({ sequence, sealed: await sealProgress(own, sequence, { percent: sequence }) })));
    const reader = new ProgressReader(own);
    const [first, second, third] = frames;
    if (first === undefined || second === undefined || third === undefined) throw new Error("three");
    expect(await reader.read(first)).toEqual({ percent: 1 });
    expect(await reader.read(third)).toEqual({ percent: 6 });
    for (const again of [first, second, third, { ...second, sequence: 7 }]) await expect(reader.read(again)).rejects.toThrow(OpenError);
    expect(reader.last).toBe(6);
    const resumed = new ProgressReader(own, 5);
    await expect(resumed.read(second)).rejects.toThrow(OpenError);
    expect(await resumed.read(third)).toEqual({ percent: 6 });
  });

  it("of a sealed task believes nothing plain, and of a public one nothing sealed", async () => {
    const own = await channel();
    await expect(new ProgressReader(own).read({ sequence: 1, progress: { percent: 99 } })).rejects.toThrow(OpenError);
    const open = await progressChannel({ request, worker });
    expect(await new ProgressReader(open).read({ sequence: 1, progress: { percent: 99, ...{ other: 1 } } })).toEqual({ percent: 99 });
    await expect(new ProgressReader(open).read({ sequence: 2, sealed: await sealProgress(own, 2, {}) })).rejects.toThrow(OpenError);
  });

  it("reads one frame of two that came at the same moment under one sequence", async () => {
    const own = await channel();
    const reader = new ProgressReader(own);
    const frames = await Promise.all([{ percent: 1 }, { percent: 2 }].map((progress) => sealProgress(own, 1, progress)));
    const read = await Promise.allSettled(frames.map((sealed) => reader.read({ sequence: 1, sealed })));
    expect(read.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});
