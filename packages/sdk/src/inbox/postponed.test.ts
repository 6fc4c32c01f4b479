import { OpenError, UnprovenError } from "@rookery/envelope";
import { describe, expect, it, vi } from "vitest";
import { Arrivals } from "../arrivals.ts";
import { Inbox, type InboxItem } from "../inbox.ts";
import { Mail } from "../mail.ts";
import { toIncoming, unopened } from "../message.ts";
import { Postponed, withPostponed } from "./postponed.ts";

const [ANN, BEN] = ["a", "b"].map((letter) => `did:plc:${letter.repeat(24)}`) as [string, string];
const EIGHT_DAYS = 8 * 86_400_000;

const item = (author: string, seq: number, more: Partial<InboxItem> = {}): InboxItem => ({
  uri: `at://${author}/org.example.note/${seq}`, cid: "bafy", author, action: "create", seq, receivedAt: "2026-01-01T00:00:00.000Z", value: { $type: "org.example.note" }, ...more,
});

/** An inbox over pages of which some authors' hosts are away, and a clock that the test moves. Keeps what was worked on, by seq and kind. */
const scene = (pages: InboxItem[][], away: Set<string>) => {
  const clock = { now: Date.parse("2026-01-01T00:00:01.000Z") };
  const postponed = new Postponed(() => clock.now);
  const [tried, seen, waits]: [number[], string[], number[]] = [[], [], []];
  const wake = { up: () => {} };
  const source = withPostponed(async (cursor, waitSeconds, signal) => {
    const messages = pages.shift();
    if (messages !== undefined) return { messages, cursor: String(messages.at(-1)?.seq) };
    waits.push(waitSeconds);
    // As a colony does that has nothing: it answers after a while.
    await new Promise<void>((resolve) => {
      wake.up = resolve;
      signal.addEventListener("abort", () => resolve());
    });
    return { messages: [] };
  }, postponed);
  const inbox: Inbox = new Inbox(source, { onError: (error) => seen.push(String(error)) }, (one) => postponed.worked(one, () => inbox.hold()));
  // As the agent with keys of its own does it.
  let turn: Promise<unknown> = Promise.resolve();
  const open = (one: InboxItem) => {
    const opened = turn.then(() => openNow(one));
    turn = opened.catch(() => undefined);
    return opened;
  };
  postponed.settled = () => turn;
  const openNow = async (one: InboxItem) => {
    if (postponed.isGivenUp(one)) return unopened(one);
    if (postponed.isBehind(one) && postponed.add(one)) throw new UnprovenError();
    tried.push(one.seq);
    if (away.has(one.author) && postponed.add(one)) throw new UnprovenError();
    postponed.answered(one);
    return away.has(one.author) ? unopened(one) : toIncoming(one);
  };
  const mail = new Mail(inbox, new Arrivals({ open }), true);
  const listen = () => mail.listen(({ uri, kind }) => void seen.push(`${uri.split("/").at(-1)} ${kind}`));
  const pass = async (ms: number) => {
    clock.now += ms;
    const asked = waits.length;
    wake.up();
    await vi.waitFor(() => expect(waits.length).toBeGreaterThan(asked), { timeout: 30_000 });
  };
  const idle = () => vi.waitFor(() => expect(waits.length).toBeGreaterThan(0), { timeout: 30_000 });
  return { inbox, mail, listen, pass, idle, tried, seen, waits, postponed };
};

describe("what its author's host cannot prove now", () => {
  it("comes again when the host is back, in its author's order, and meanwhile everybody else's goes on; the cursor waits", async () => {
    const away = new Set([ANN]);
    const { inbox, listen, pass, idle, tried, seen, waits } = scene([[item(ANN, 1), item(BEN, 2)], [item(ANN, 3)], [item(BEN, 4)]], away);
    listen();
    await idle();
    expect(seen).toEqual(["2 unknown", "4 unknown"]);
    expect(inbox.cursor).toBeUndefined();
    // What is behind is not even tried, and the colony is asked no longer than until the next try.
    expect(tried).toEqual([1, 2, 4]);
    expect(waits).toEqual([5]);
    await pass(5_000);
    expect([tried, waits]).toEqual([[1, 2, 4, 1], [5, 10]]);
    away.clear();
    await pass(9_999);
    expect(seen).toHaveLength(2);
    await pass(1);
    expect(seen).toEqual(["2 unknown", "4 unknown", "1 unknown", "3 unknown"]);
    expect(inbox.cursor).toBe("4");
    inbox.close();
  });

  it("is not overtaken by what its author wrote since, in the moment when the host is back", async () => {
    const away = new Set([ANN]);
    const pages = [[item(ANN, 1)]];
    const { inbox, listen, pass, idle, seen } = scene(pages, away);
    listen();
    await idle();
    await pass(0);
    // It is overdue, and the next letter comes before it is looked at.
    away.clear();
    pages.push([item(ANN, 2)], [item(BEN, 3)]);
    await pass(60_000);
    expect(seen).toEqual(["1 unknown", "2 unknown", "3 unknown"]);
    inbox.close();
  });

  it("holds up neither reading nor the cursor's room, however often it comes again while a handler is at work", async () => {
    const pages = [[item(BEN, 1)], [item(ANN, 2)]];
    const { inbox, pass, idle, listen, mail, waits } = scene(pages, new Set([ANN]));
    let done = () => {};
    const stop = mail.listen(() => new Promise<void>((resolve) => (done = resolve)));
    await idle();
    for (let i = 0; i < 20; i++) await pass(30 * 60_000);
    expect(waits).toHaveLength(21);
    stop();
    done();
    listen();
    expect(inbox.isCrowded).toBe(false);
    inbox.close();
  });

  it("is handed over once where the inbox is read anew meanwhile", async () => {
    const away = new Set([ANN]);
    const pages = [[item(ANN, 1)]];
    const { inbox, listen, pass, idle, seen, waits } = scene(pages, away);
    listen()();
    await idle();
    inbox.close();
    away.clear();
    const asked = waits.length;
    pages.push([item(ANN, 1)]);
    listen();
    await vi.waitFor(() => expect(waits.length).toBeGreaterThan(asked), { timeout: 30_000 });
    await pass(60_000);
    expect(seen).toEqual(["1 unknown"]);
    inbox.close();
  });

  it("is asked for ever less often", async () => {
    const { inbox, listen, pass, idle, waits } = scene([[item(ANN, 1)]], new Set([ANN]));
    listen();
    await idle();
    for (const ms of [5, 10, 20, 40, 80, 160, 320, 640, 1_280]) await pass(ms * 1_000);
    // At most as long as the inbox waits in any case, and the first time before it is known that something has to wait.
    expect(waits).toEqual([20, 10, ...Array.from({ length: 8 }, () => 20)]);
    inbox.close();
  });

  it("is given up after eight days: its reader is told, and the cursor goes on", async () => {
    const { inbox, listen, pass, idle, seen } = scene([[item(ANN, 1)]], new Set([ANN]));
    listen();
    await idle();
    await pass(EIGHT_DAYS - 2_000);
    expect(seen).toEqual([]);
    await pass(EIGHT_DAYS);
    expect(seen).toEqual(["1 unopened"]);
    expect(inbox.cursor).toBe("1");
    inbox.close();
  });

  it("is not waited for when it was not let in, and for no more than so many authors and so much of each", async () => {
    const author = (i: number): string => `did:plc:${String.fromCharCode(97 + i).repeat(24)}`;
    const many = Array.from({ length: 21 }, (_, i) => item(author(i), i + 1));
    const more = Array.from({ length: 50 }, (_, i) => item(author(0), 100 + i));
    const { inbox, listen, idle, seen } = scene([[item(author(22), 99, { disposition: "quarantined" }), ...many, ...more]], new Set([...many.map(({ author: one }) => one), author(22)]));
    listen();
    await idle();
    expect(seen).toEqual(["99 unopened", "21 unopened", "149 unopened"]);
    inbox.close();
  });

  it("is let go when too much waits behind it", async () => {
    const { inbox, listen, pass, idle, seen, postponed } = scene([[item(ANN, 1)], [item(BEN, 2)]], new Set([ANN]));
    listen();
    await idle();
    expect(inbox.isCrowded).toBe(false);
    postponed.isCrowded = () => true;
    await pass(0);
    expect(seen).toEqual(["2 unknown", "1 unopened"]);
    expect(inbox.cursor).toBe("2");
    inbox.close();
  });

  it("makes no difference between no and no", () => expect(new UnprovenError()).toBeInstanceOf(OpenError));
});
