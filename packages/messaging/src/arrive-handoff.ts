import { type Arrival, type Decision, type Rooms, accepted, decisionOf, expired, held, refused } from "./arrival.ts";
import { settleAnswer } from "./arrive-handoff-answer.ts";
import { noteResponse } from "./arrive-response.ts";
import { forgetEarly, keepEarlyHandoff, recallEarly } from "./early.ts";
import { type Json, type Ref, ownerOf, refAt } from "./fields.ts";
import { mayTakeOn } from "./guards/delegation.ts";
import { offerOf } from "./task-state/standing.ts";
import { asHandoff, move, taskOfHandoff } from "./tasks.ts";

/** A worker wants to hand a task over: to this agent, or it is the requester's to know. */
export const arriveHandoff = (rooms: Rooms, arrival: Arrival): Decision => {
  const request = refAt(arrival.record, "request");
  if (request === undefined) return refused("it names no request");
  return ownerOf(request.uri) === rooms.ports.did ? noticeOffer(rooms, arrival, request) : takeOffer(rooms, arrival, request);
};

/** The requester's side: only who has the task may hand it over, to one at a time. */
const noticeOffer = (rooms: Rooms, arrival: Arrival, request: Ref): Decision => {
  const { ledger, ports } = rooms;
  const task = ledger.get("requester", request.uri);
  if (task === undefined) return refused("there is no such task of ours");
  const { uri, author } = arrival;
  const id = task.standing.uri;
  if (task.handoff?.uri === uri) return accepted(id);
  const offer = offerOf(asHandoff(arrival));
  // Whoever makes another offer is done with the one before: only its answer, from another repository, is not here yet.
  const { offer: before, worker, closedOffers } = task.standing;
  if (before !== undefined && worker === author && !closedOffers.includes(uri)) move(rooms, task, { kind: "withdrawal", by: author, at: ports.now(), handoff: before.uri });
  const outcome = move(rooms, task, { kind: "handoff", by: author, at: ports.now(), cid: request.cid, offer }, (offered) => {
    offered.handoff = { uri, from: author, to: offer.to, state: "offered" };
    ledger.alias(uri, offered);
  });
  // From another host the answer may come before what it answers, and what its author says as the new worker as well.
  const early = recallEarly(ports, uri, offer.to);
  if (early !== undefined) settleAnswer(rooms, task, early.answer);
  for (const { event, record, uri: at, cid } of early?.responses ?? []) move(rooms, task, event, (moved) => noteResponse(moved, record, { uri: at, cid }));
  forgetEarly(ports, uri);
  if (early?.handoff !== undefined) noticeOffer(rooms, early.handoff, request);
  if (outcome.kind === "refused" && author !== worker && keepEarlyHandoff(ports, { ...arrival, record: offered(arrival.record) }, request.cid))
    return held("its author has accepted a handoff that is not here", id);
  return decisionOf(outcome, id);
};

/** What an offer is made of, and nothing of the length that its author chose. */
const offered = ({ to, request, expiresAt, maxDelegationDepth }: Json): Json => ({ to, request, expiresAt, maxDelegationDepth });

/** The side of who is asked: the task is in hand, but not its own before it is accepted. */
const takeOffer = (rooms: Rooms, arrival: Arrival, request: Ref): Decision => {
  const { ports, ledger, answers } = rooms;
  const { uri, cid, author, sealed } = arrival;
  const now = ports.now();
  const id = request.uri;
  const known = ledger.get("worker", id);
  if (known?.handoff?.uri === uri) return accepted(id);
  const had = known && [known.standing.worker, ...known.standing.former].includes(ports.did);
  if (known !== undefined && (had === true || ledger.isOpen(known))) return refused("the task is here already", id);
  const task = taskOfHandoff(arrival, now);
  if (task?.standing.offer?.to !== ports.did) return refused("it is offered to somebody else");
  task.handoff = { uri, from: author, to: ports.did, state: "offered" };
  const guarded = mayTakeOn(asHandoff(arrival), ports.did);
  const crowded = ledger.full("worker", author);
  const outcome = move(rooms, task, { kind: "tick", at: now });
  if (outcome.kind === "moved") {
    answers.receipt("refused", { uri, cid }, author, sealed, { code: "expired", message: "it came too late" });
    return expired("it came too late", id);
  }
  if (!guarded.ok || crowded !== undefined) {
    const message = guarded.ok ? (crowded ?? "") : guarded.message;
    answers.receipt("refused", { uri, cid }, author, sealed, { code: guarded.ok ? "unavailable" : guarded.code, message });
    return refused(message, id);
  }
  ledger.alias(uri, task);
  ledger.put(task);
  return accepted(id);
};
