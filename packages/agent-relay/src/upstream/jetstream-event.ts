import { isPath, type ClaimedOp, type RecipientsOf, type UpstreamEvent } from "./upstream-event.ts";

const ACTIONS = ["create", "update", "delete"] as const;

/**
 * Read one Jetstream message (version 1, uncompressed).
 * @see https://github.com/bluesky-social/jetstream#example-events
 */
export function readJetstream(text: string, prefix: string, recipientsOf: RecipientsOf): UpstreamEvent {
  const event = parse(text);
  if (event === undefined) return { kind: "malformed", message: "not a JSON object" };
  const { did, time_us: cursor, commit } = event;
  if (typeof cursor !== "number" || !Number.isSafeInteger(cursor) || cursor < 0) return { kind: "malformed", message: "no time_us" };
  const change = fieldsOf(commit);
  const op = typeof did === "string" && change !== undefined ? opOf(did, change, prefix, recipientsOf) : undefined;
  return { kind: "ops", cursor, ops: op === undefined ? [] : [op] };
}

function opOf(author: string, { operation, collection, rkey, cid, record }: Record<string, unknown>, prefix: string, recipientsOf: RecipientsOf): ClaimedOp | undefined {
  if (typeof collection !== "string" || typeof rkey !== "string") return undefined;
  const action = ACTIONS.find((name) => name === operation);
  const path = `${collection}/${rkey}`;
  if (action === undefined || !isPath(path, prefix)) return undefined;
  if (action === "delete") return { author, path, action, to: null };
  return typeof cid === "string" && cid.length < 200 ? { author, path, action, cid, to: recipientsOf(collection, record) } : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A named boundary: an object whose fields are then narrowed one by one. */
function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
