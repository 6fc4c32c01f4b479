import type { Json, Ref } from "./fields.ts";
import { EARLY_LIFE, MAX_EARLY, MAX_EARLY_OF_ONE, MAX_EARLY_RESPONSES } from "./limits.ts";
import type { Arrival } from "./arrival.ts";
import type { Ports, Store } from "./ports.ts";
import type { TaskEvent } from "./task-state/event.ts";

/** Kind of what is kept here. */
export const EARLY = "early";

/** An answer to a handoff that is not here yet: the two are of two repositories, and either may come first. */
export type EarlyAnswer = Extract<TaskEvent, { kind: "answer" }>;

/** What who has accepted says of the task before it is known that it was offered. */
export interface EarlyResponse extends Ref {
  event: Extract<TaskEvent, { kind: "response" }>;
  /** Those of its fields that are needed to know where the task is. */
  record: Json;
}

/** What came before its handoff, of one author. */
export interface Early {
  answer: EarlyAnswer;
  /** Oldest first. */
  responses: EarlyResponse[];
  /** Whom it was offered to next. */
  handoff?: Arrival;
}

/** Keep an answer to a handoff that has yet to come. */
export const keepEarly = ({ store, now }: Ports, answer: EarlyAnswer): void => {
  const name = nameOf(answer.handoff.uri, answer.by);
  // The first answer counts.
  if (store.get<Early>(EARLY, name) !== undefined) return;
  const all = store.list<Early>(EARLY);
  for (const { name: old, value } of all) if (value.answer.at + EARLY_LIFE < now()) store.delete(EARLY, old);
  const own = all.filter(({ value }) => value.answer.by === answer.by);
  const crowd = own.length >= MAX_EARLY_OF_ONE ? own : all.length >= MAX_EARLY ? all : [];
  const [oldest] = crowd.toSorted((a, b) => a.value.answer.at - b.value.answer.at);
  if (oldest !== undefined) store.delete(EARLY, oldest.name);
  store.put(EARLY, name, { answer, responses: [] } satisfies Early);
};

/** Keep a response of an author who has accepted the same task early. False when they have not. */
export const keepEarlyResponse = ({ store }: Ports, response: EarlyResponse): boolean => {
  const { by, cid } = response.event;
  const found = acceptedBy(store, by, cid);
  if (found === undefined) return false;
  const others = found.value.responses.filter(({ uri }) => uri !== response.uri);
  store.put(EARLY, found.name, { ...found.value, responses: [...others, response].slice(-MAX_EARLY_RESPONSES) } satisfies Early);
  return true;
};

/** Keep a handoff of such an author. False when it is nobody's. @param cid of the request. */
export const keepEarlyHandoff = ({ store }: Ports, handoff: Arrival, cid: string): boolean => {
  const found = acceptedBy(store, handoff.author, cid);
  if (found !== undefined) store.put(EARLY, found.name, { ...found.value, handoff } satisfies Early);
  return found !== undefined;
};

const acceptedBy = (store: Store, author: string, cid: string) =>
  store.list<Early>(EARLY).find(({ value: { answer } }) => answer.by === author && answer.cid === cid && answer.answer === "accepted");

/** What `author` said to a handoff before it came. */
export const recallEarly = ({ store }: Ports, handoff: string, author: string): Early | undefined => store.get<Early>(EARLY, nameOf(handoff, author));

/** Whatever anybody said to it. */
export const forgetEarly = ({ store }: Ports, handoff: string): void => {
  for (const { name } of store.list<Early>(EARLY)) if (name.startsWith(`${handoff} `)) store.delete(EARLY, name);
};

const nameOf = (handoff: string, author: string): string => `${handoff} ${author}`;
