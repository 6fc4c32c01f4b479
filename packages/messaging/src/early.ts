import { EARLY_LIFE, MAX_EARLY } from "./limits.ts";
import type { Ports } from "./ports.ts";
import type { TaskEvent } from "./task-state/event.ts";

const KIND = "early";

/** An answer to a handoff that is not here yet: the two are of two repositories, and either may come first. */
export type Early = Extract<TaskEvent, { kind: "answer" }>;

/** Keep an answer to a handoff that has yet to come. */
export const keepEarly = ({ store, now }: Ports, early: Early): void => {
  const all = store.list<Early>(KIND);
  for (const { name, value } of all) if (value.at + EARLY_LIFE < now()) store.delete(KIND, name);
  const oldest = all.toSorted((a, b) => a.value.at - b.value.at)[0];
  if (all.length >= MAX_EARLY && oldest !== undefined) store.delete(KIND, oldest.name);
  store.put(KIND, nameOf(early.handoff.uri, early.by), early);
};

/** What `author` answered to a handoff before it came. */
export const recallEarly = ({ store }: Ports, handoff: string, author: string): Early | undefined => store.get<Early>(KIND, nameOf(handoff, author));

/** Whatever anybody answered to it. */
export const forgetEarly = ({ store }: Ports, handoff: string): void => {
  for (const { name } of store.list<Early>(KIND)) if (name.startsWith(`${handoff} `)) store.delete(KIND, name);
};

const nameOf = (handoff: string, author: string): string => `${handoff} ${author}`;
