/** Followers of a FakeNet, and what they tell, for tests. */
import { afterEach } from "vitest";
import type { CursorStore } from "../src/follow/cursor-store.ts";
import type { FirehoseEvent } from "../src/follow/events.ts";
import { followFirehose, type FirehoseOptions } from "../src/follow/follow-firehose.ts";
import type { FakeNet } from "./fake-net.ts";
import { take } from "./take.ts";

/** A follower's events in short words. */
export const told = (event: FirehoseEvent): string => {
  switch (event.kind) {
    case "commit":
      return `commit ${event.ops.map(({ action, rkey }) => `${action} ${rkey}`).join(", ")}`;
    case "resync":
      return `resync ${event.reason.code}: ${[...event.records].map(({ rkey }) => rkey).join(", ")}`;
    case "account":
      return `account ${event.active} ${event.status ?? ""}`.trim();
    case "identity":
      return `identity ${event.handle}`;
    case "gone":
      return `gone ${event.status}`;
    case "desynchronized":
      return `desynchronized ${event.reason.code}`;
    case "refused":
      return `refused ${event.reason.code}`;
    case "gap":
      return `gap ${event.cursor}`;
  }
};

/** A cursor store that remembers what it was given. */
export class Place implements CursorStore {
  saved: number[] = [];
  constructor(public at?: number) {}
  load(): number | undefined {
    return this.at;
  }
  save(cursor: number): void {
    this.at = cursor;
    this.saved.push(cursor);
  }
}

/** What a test follows. */
export type Following = AsyncGenerator<FirehoseEvent, void, void>;
const open = new Map<Following, AbortController>();

/** Follow the firehose from its beginning; whatever is not stopped is when the test is over. */
export const follow = (net: FakeNet, options: Partial<FirehoseOptions> = {}): Following => {
  const end = new AbortController();
  const events = followFirehose({ ...net.options, cursor: 0, signal: end.signal, ...options });
  open.set(events, end);
  return events;
};

/** Also while it waits for the next event. */
export const stop = async (events: Following): Promise<void> => {
  open.get(events)?.abort();
  open.delete(events);
  await events.return();
};

afterEach(async () => {
  for (const events of open.keys()) await stop(events);
});

/** The next events in short words. */
export const story = async (events: AsyncIterator<FirehoseEvent>, count: number) => (await take(events, count)).map(told);
