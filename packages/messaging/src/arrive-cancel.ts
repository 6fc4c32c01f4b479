import { isFinal } from "@rookery/lexicon-agent-comms";
import { type Arrival, type Decision, type Rooms, accepted, decisionOf, refused } from "./arrival.ts";
import { refAt } from "./fields.ts";
import { move } from "./tasks.ts";

/** The requester takes a task back: it is canceled at once and the requester told so, or told that it is too late. */
export const arriveCancel = (rooms: Rooms, { uri, cid, author, record, sealed }: Arrival): Decision => {
  const { ports, ledger, answers } = rooms;
  const request = refAt(record, "request");
  const task = request && ledger.get("worker", request.uri);
  if (request === undefined || task === undefined) return refused("there is no such task here");
  const id = task.standing.uri;
  if (task.cancelUri === uri) return accepted(id);
  const at = ports.now();
  if (author === task.standing.requester && !isFinal(task.standing.state) && !ledger.isOpen(task)) return refused("the task is with another agent", id);
  const outcome = move(rooms, task, { kind: "cancel", by: author, at, cid: request.cid }, (asked) => (asked.cancelUri = uri));
  if (outcome.kind === "moved" && task.standing.worker === ports.did) {
    move(rooms, task, { kind: "response", by: ports.did, at, cid: request.cid, state: "canceled" });
    answers.response("canceled", request, author, sealed);
  }
  if (outcome.kind === "refused" && author === task.standing.requester)
    answers.receipt("refused", { uri, cid }, author, sealed, { code: "too-late", message: `the task is ${task.standing.state}` });
  return decisionOf(outcome, id);
};
