import { type AgentCommsDefsBudget, ids } from "@rookery/lexicon-agent-comms";
import { mayTakeOn } from "@rookery/messaging";
import { type Content, textOf } from "../content.ts";
import type { IncomingOf, StrongRef } from "../message.ts";
import type { Post } from "../post.ts";
import type { Order } from "./job.ts";
import { RefusedError } from "./refused-error.ts";
import { requesterOf } from "./requests.ts";
import { MAX_REASON } from "./settings.ts";

/** A task that another agent wants to hand over. */
export interface Offer extends StrongRef {
  /** DID of who offers it. */
  from: string;
  /** DID of who asked for it. */
  requester: string;
  input: Content;
  reason: string | undefined;
  capability: string | undefined;
  deadline: Date | undefined;
  budget: AgentCommsDefsBudget | undefined;
  /** What it comes with; `agent.read` opens them. */
  records: StrongRef[];
  /** All text of the input. */
  text(): string;
}

/** Takes a task over, or not: true accepts, false or a RefusedError declines. What is accepted is then done by `onRequest`. */
export type HandoffHandler = (offer: Offer) => boolean | Promise<boolean>;

/** @returns what a handler is given of a handoff to this agent. */
export const offerOf = ({ uri, cid, author, record }: IncomingOf<"handoff">): Offer => {
  const { input = [], reason, capability, deadline, budget, records = [], request } = record;
  return {
    uri,
    cid,
    from: author,
    requester: requesterOf(request.uri),
    input,
    reason,
    capability,
    deadline: deadline === undefined ? undefined : new Date(deadline),
    budget,
    records: records.map(({ record: { uri: of, cid: as } }) => ({ uri: of, cid: as })),
    text: () => textOf(input),
  };
};

/** Decide about a handoff and answer it, to who offers it and to the requester. @returns the task when it is taken over. @throws what the handler throws but RefusedError. */
export const answerHandoff = async (post: Post, self: string, incoming: IncomingOf<"handoff">, decide: HandoffHandler): Promise<Order | undefined> => {
  const { uri, cid, author, record, sealed } = incoming;
  const refusal = await refusalOf(self, incoming, decide);
  const answer = refusal === undefined ? { answer: "accepted" } : { answer: "declined", reason: refusal.message.slice(0, MAX_REASON), error: { code: refusal.code, message: refusal.message.slice(0, MAX_REASON) } };
  await post.send(ids.AgentCommsHandoffAnswer, { handoff: { uri, cid }, request: record.request, ...answer }, { privacy: sealed ? "sealed" : "public" });
  if (refusal !== undefined) return undefined;
  return { ...record.request, requester: requesterOf(record.request.uri), sealed, input: record.input ?? [], source: { uri, cid, author, record } };
};

const refusalOf = async (self: string, incoming: IncomingOf<"handoff">, decide: HandoffHandler): Promise<RefusedError | undefined> => {
  const { uri, cid, author, record } = incoming;
  const guarded = mayTakeOn({ uri, cid, author, record }, self);
  if (!guarded.ok) return new RefusedError(guarded.message, guarded.code);
  try {
    return (await decide(offerOf(incoming))) ? undefined : new RefusedError("It was declined", "declined");
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
};
