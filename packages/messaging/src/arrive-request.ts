import { type Arrival, type Decision, type Rooms, accepted, expired, refused } from "./arrival.ts";
import type { TaskError } from "./fields.ts";
import { mayTakeOn } from "./guards/delegation.ts";
import { firstWorkerOf } from "./ledger.ts";
import { asRequest, move, taskOfRequest } from "./tasks.ts";

/** A task for this agent. One that comes too late, or is one too many, is answered here: its requester is told why not. */
export const arriveRequest = (rooms: Rooms, arrival: Arrival): Decision => {
  const { ports, ledger, answers } = rooms;
  const { uri, cid, author, sealed } = arrival;
  const known = ledger.get("worker", uri);
  // Seen before: the same record may be shown twice. What somebody else's handoff said of it is only that one's word.
  if (known !== undefined && firstWorkerOf(known) === ports.did) return known.cid === cid && ledger.isOpen(known) ? accepted(uri) : refused(`the task has ended: ${known.standing.state}`, uri);
  const task = taskOfRequest("worker", arrival, ports.now());
  if (known?.aliases !== undefined) task.aliases = known.aliases;
  move(rooms, task, { kind: "tick", at: ports.now() });
  if (task.standing.state === "expired") {
    answers.refusal("expired", { uri, cid }, author, sealed, task.error);
    return expired("it came too late", uri);
  }
  const guarded = mayTakeOn(asRequest(arrival), ports.did);
  const crowded = ledger.full("worker", author);
  const error: TaskError | undefined = !guarded.ok ? { code: guarded.code, message: guarded.message } : crowded === undefined ? undefined : { code: "unavailable", message: crowded, retryable: true };
  if (error !== undefined) {
    task.error = error;
    task.standing = { ...task.standing, state: "rejected" };
    ledger.put(task);
    answers.refusal("rejected", { uri, cid }, author, sealed, error);
    return refused(error.message ?? error.code, uri);
  }
  ledger.put(task);
  return accepted(uri);
};
