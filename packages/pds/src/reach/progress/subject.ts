import type { PlacedRecord } from "@rookery/envelope";
import { collectionsOf, isDid } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { received } from "../../sealing/received.ts";
import type { AgentState } from "../../state.ts";
import { readRecord } from "../../store/records.ts";

/** The record whose readers share a task's progress, and who works on it. */
export interface Subject {
  placed: PlacedRecord;
  worker: string;
}

/**
 * What a task's progress hangs on: its request or, once it was handed over, the handoff, which is sealed for the new worker and
 * the requester. Errors: `RequestNotFound` (400) for what this agent neither made nor was sent.
 */
export function subjectOf(state: AgentState, request: string): Outcome<Subject> {
  const task = state.tasks.get(request);
  const handoff = task.ok ? task.value.handoff : undefined;
  const isOver = handoff?.state === "accepted" && (task.ok && task.value.role === "requester" ? true : handoff.to === state.account.did);
  return (isOver ? at(state, handoff.uri) : undefined) ?? at(state, request) ?? fail(400, "RequestNotFound", `No such request: ${request.slice(0, 600)}`);
}

const TASKS: ReadonlySet<string> = new Set([collectionsOf.request, collectionsOf.handoff]);

function at(state: AgentState, uri: string): Outcome<Subject> | undefined {
  const { did } = state.account;
  const [repo = "", collection = "", rkey = "", ...rest] = uri.slice("at://".length).split("/");
  if (!uri.startsWith("at://") || !TASKS.has(collection) || rest.length > 0) return undefined;
  const placed = repo === did ? own(state, collection, rkey) : received(state, repo, `${collection}/${rkey}`);
  if (placed === undefined || placed === null) return undefined;
  const { to } = placed.record;
  return isDid(to) ? ok({ placed: { repo, collection, rkey, record: placed.record }, worker: to }) : undefined;
}

function own({ sql }: AgentState, collection: string, rkey: string): Pick<PlacedRecord, "record"> | undefined {
  const row = readRecord(sql, `${collection}/${rkey}`);
  // Our own record, which is a map (named boundary).
  return row && { record: lexToJson(decode(row.data)) as Record<string, unknown> };
}
