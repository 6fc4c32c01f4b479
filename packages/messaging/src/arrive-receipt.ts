import { collectionsOf, isFinal } from "@rookery/lexicon-agent-comms";
import { type Arrival, type Decision, type Rooms, accepted, refused } from "./arrival.ts";
import { type Json, errorAt, ownerOf, refAt, textAt } from "./fields.ts";
import { MAX_RESEALED, MAX_RESEALS } from "./limits.ts";
import type { Task } from "./task.ts";
import { move } from "./tasks.ts";

/** Kind of what is kept of messages that were sealed again. */
export const RESEALED = "resealed";

/** How often a message was sealed again, all in all. */
interface Resealed {
  count: number;
  at: number;
}

/** What became of a record of ours at its reader. Never answered itself. */
export const arriveReceipt = (rooms: Rooms, { author, record }: Arrival): Decision => {
  const subject = refAt(record, "subject");
  if (subject === undefined || ownerOf(subject.uri) !== rooms.ports.did) return refused("it is about no record of ours");
  if (subject.uri.split("/")[3] === collectionsOf.receipt) return refused("receipts get none");
  const task = rooms.ledger.get("requester", subject.uri);
  const id = task?.standing.uri;
  switch (textAt(record, "status")) {
    case "key-expired":
      return askReseal(rooms, subject.uri, author) ? accepted(id) : refused("it was sealed again often enough", id);
    case "refused":
      if (isStranger(task, author)) return refused(NO_PART, id);
      if (task?.standing.worker === author) arriveRefusal(rooms, task, subject, record);
      else arriveVainAnswer(rooms, subject.uri, author, record);
      withdrawOffer(rooms, subject.uri, author);
      return accepted(id);
    default:
      return isStranger(task, author) ? refused(NO_PART, id) : accepted(id);
  }
};

const NO_PART = "its author has no part in the task";

/** Whether nobody has asked the author for this task. Of other records it is not known here for whom they were. */
const isStranger = (task: Task | undefined, author: string): boolean => {
  if (task === undefined) return false;
  const { worker, former, offer } = task.standing;
  return ![worker, ...former, offer?.to].includes(author);
};

/** A request that is refused is rejected; a wish to cancel that is refused came too late. */
const arriveRefusal = (rooms: Rooms, task: Task, { uri, cid }: { uri: string; cid: string }, record: Json): void => {
  if (task.cancelUri === uri) {
    if (task.cancel === "requested") task.cancel = "too-late";
    rooms.ledger.put(task);
    return;
  }
  const error = errorAt(record);
  move(rooms, task, { kind: "response", by: task.standing.worker, at: rooms.ports.now(), cid, state: "rejected" }, (rejected) => {
    if (error !== undefined) rejected.error = error;
  });
};

/** A task was taken over too late: it is not this agent's after all, says who had offered it. */
const arriveVainAnswer = ({ ledger }: Rooms, uri: string, author: string, record: Json): void => {
  const task = ledger.get("worker", uri);
  if (task === undefined || task.answerUri !== uri || task.handoff?.from !== author || isFinal(task.standing.state)) return;
  const error = errorAt(record);
  if (error !== undefined) task.error = error;
  task.standing = { ...task.standing, state: "rejected" };
  ledger.put(task);
};

/** An offer that was not even looked at is none: the task may be offered to somebody else, and the requester hears of it. */
const withdrawOffer = ({ ledger, answers }: Rooms, uri: string, author: string): void => {
  const offer = ledger.get("worker", uri)?.standing.offer;
  if (offer?.uri === uri && offer.to === author) answers.withdraw(uri, author);
};

/** Have a record sealed again for a reader, unless that was done often enough. */
const askReseal = (rooms: Rooms, uri: string, to: string): boolean => {
  const { ports: { store }, answers } = rooms;
  // Its answer would name another handoff than the requester knows: it is to be offered anew.
  if (uri.split("/")[3] === collectionsOf.handoff) {
    withdrawOffer(rooms, uri, to);
    return true;
  }
  return (store.get<Resealed>(RESEALED, nameOf(uri, to))?.count ?? 0) < MAX_RESEALS && answers.reseal(uri, to);
};

/** A record has taken the place of another, which `to` could not open. Counted over all its forms, and for each reader by itself. */
export const noteResealed = ({ ports: { store, now } }: Rooms, before: string, after: string, to: string): void => {
  const { count } = store.get<Resealed>(RESEALED, nameOf(before, to)) ?? { count: 0 };
  const next: Resealed = { count: count + 1, at: now() };
  for (const uri of [before, after]) store.put(RESEALED, nameOf(uri, to), next);
  if (store.count(RESEALED) <= MAX_RESEALED) return;
  const oldest = store.list<Resealed>(RESEALED).toSorted((a, b) => a.value.at - b.value.at);
  for (const { name } of oldest.slice(0, MAX_RESEALED / 10)) store.delete(RESEALED, name);
};

const nameOf = (uri: string, reader: string): string => `${uri} ${reader}`;
