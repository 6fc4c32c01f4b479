import { describe, expect, it } from "vitest";
import { Inbox, type InboxItem, type InboxOptions } from "./inbox.ts";

const item = (seq: number): InboxItem => ({
  uri: `at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.comms.message/${seq}`,
  author: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa",
  action: "create",
  seq,
  receivedAt: "2026-01-01T00:00:00.000Z",
});

/** An inbox over pages given beforehand; afterwards it waits for ever, as a host does while there is nothing. */
const over = (pages: (InboxItem[] | Error)[], options: Partial<InboxOptions> = {}) => {
  const asked: (string | undefined)[] = [];
  const errors: unknown[] = [];
  const cursors: string[] = [];
  const inbox = new Inbox(
    async (cursor, _wait, signal) => {
      asked.push(cursor);
      const page = pages.shift();
      if (page instanceof Error) throw page;
      if (page === undefined)
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      return { messages: page, cursor: String(page.at(-1)?.seq ?? cursor) };
    },
    { onError: (error) => errors.push(error), onCursor: (cursor) => cursors.push(cursor), ...options },
  );
  return { inbox, asked, errors, cursors };
};

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("Inbox", () => {
  it("hands items over one at a time, in order, and moves the cursor past whole pages", async () => {
    const { inbox, asked, cursors } = over([[item(1), item(2)], [item(3)]], { cursor: "0" });
    const seen: number[] = [];
    let busy = 0;
    inbox.listen(async ({ seq }) => {
      expect(++busy).toBe(1);
      await Promise.resolve();
      busy--;
      seen.push(seq);
    });
    await settle();
    expect(seen).toEqual([1, 2, 3]);
    expect(asked).toEqual(["0", "2", "3"]);
    expect(cursors).toEqual(["2", "3"]);
    expect(inbox.cursor).toBe("3");
    inbox.close();
  });

  it("gives an item again when its listener failed, and none after it meanwhile", async () => {
    const { inbox, errors } = over([[item(1), item(2)]]);
    const seen: number[] = [];
    const done = new Promise<void>((resolve) => {
      inbox.listen(({ seq }) => {
        seen.push(seq);
        if (seen.length === 1) throw new Error("not now");
        if (seq === 2) resolve();
      });
    });
    await done;
    expect(seen).toEqual([1, 1, 2]);
    expect(errors).toHaveLength(1);
    inbox.close();
  });

  it("gives an item again to who failed, and not to those who are done with it", async () => {
    const { inbox } = over([[item(1), item(2)]]);
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      inbox.listen(({ seq }) => void seen.push(`steady ${seq}`));
      inbox.listen(({ seq }) => {
        seen.push(`shaky ${seq}`);
        if (seen.length === 2) throw new Error("not now");
        if (seq === 2) resolve();
      });
    });
    await done;
    expect(seen).toEqual(["steady 1", "shaky 1", "shaky 1", "steady 2", "shaky 2"]);
    inbox.close();
  });

  it("shows watchers what comes while a listener is still at work", async () => {
    const { inbox } = over([[item(1)], [item(2)]]);
    const answered = new Promise<InboxItem>((resolve) => {
      inbox.watch((one) => {
        if (one.seq === 2) resolve(one);
      });
    });
    // The listener of item 1 waits for item 2: reading must not wait for it.
    const worked = new Promise<void>((resolve) => {
      inbox.listen(async ({ seq }) => {
        if (seq === 1) await answered;
        if (seq === 2) resolve();
      });
    });
    await worked;
    inbox.close();
  });

  it("reports a page that cannot be read and asks again from where it was", async () => {
    const { inbox, asked, errors } = over([new Error("away"), [item(1)]], { cursor: "0" });
    await new Promise<void>((resolve) => void inbox.listen(() => resolve()));
    expect(errors).toHaveLength(1);
    expect(asked.slice(0, 2)).toEqual(["0", "0"]);
    inbox.close();
  });

  it("stays bounded while nobody listens, and reads again for the first listener", async () => {
    const all = Array.from({ length: 20 }, (_, i) => [item(i + 1)]);
    const pages = [...all];
    const { inbox, asked } = over(pages);
    let watched = 0;
    inbox.watch(() => void watched++);
    await settle();
    expect(watched).toBe(20);
    pages.push(...all);
    const seen: number[] = [];
    inbox.listen(({ seq }) => void seen.push(seq));
    await settle();
    expect(seen).toEqual(all.map(([one]) => one?.seq));
    expect(asked.filter((cursor) => cursor === undefined)).toHaveLength(2);
    inbox.close();
  });

  it("keeps what came while nobody listened for the listener to come", async () => {
    const { inbox } = over([[item(1)]]);
    inbox.watch(() => undefined);
    await settle();
    const seen: number[] = [];
    inbox.listen(({ seq }) => void seen.push(seq));
    await settle();
    expect(seen).toEqual([1]);
    inbox.close();
  });
});
