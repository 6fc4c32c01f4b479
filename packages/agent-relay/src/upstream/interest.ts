import { MAX_RECIPIENTS } from "./settings.ts";
import type { Taken } from "./taken.ts";
import type { UpstreamConfig, UpstreamPorts, UpstreamRefusal } from "./upstream-api.ts";
import type { ClaimedOp } from "./upstream-event.ts";

/** What is done about a change that a stream tells of; undefined when it is nobody's business here. */
export type Interest = { kind: "wanted"; cid: string | null } | { kind: "refused"; reason: UpstreamRefusal } | undefined;

/**
 * Whether a change is worth asking its author's host about. Costs look-ups in the registry only, and only for records in the
 * right collections.
 *
 * A broadcast of a stranger reaches nobody: it would be one record for which every agent here is woken, free to make for
 * anybody with a DID. Authors whom the admin allowed by name are heard by all.
 */
export async function interestIn(op: ClaimedOp, config: UpstreamConfig, ports: UpstreamPorts, taken: Taken, isWaiting: boolean): Promise<Interest> {
  const { author, path, action, cid = null, to } = op;
  const known = taken.at(author, path);
  if (action === "delete") return known === undefined && !isWaiting ? undefined : { kind: "wanted", cid: null };
  if (to === null) return undefined;
  const isAllowed = config.allowAgents?.includes(author) ?? false;
  if (to === "all" && !isAllowed) return { kind: "refused", reason: "broadcast" };
  const here = new Set(await ports.localOf([author, ...(to === "all" ? [] : to.slice(0, MAX_RECIPIENTS))]));
  // What our own agents write is delivered by the colony's relay.
  if (here.has(author) || (to !== "all" && here.size === 0)) return undefined;
  if (action === "update") return { kind: "refused", reason: "update" };
  if (config.allowAgents !== undefined && !isAllowed) return { kind: "refused", reason: "not-allowed" };
  // What was handed on already is no news, unless its deletion is on the way: then it was written anew.
  return known !== undefined && known.cid === cid && !isWaiting ? undefined : { kind: "wanted", cid };
}
