import type { DeliveryApi, ListedDelivery, SilentRecipient } from "@rookery/agent-relay";
import { type Handler, fault, isFault, json, type SourceName } from "@rookery/pds";
import type { Env } from "../env.ts";
import { envOf } from "../host/host.ts";
import { networkStub, relayStub } from "../host/stubs.ts";
import { readList, readSelection, SOURCES } from "./delivery-input.ts";

/** The relay behind a source. */
const relayOf = (env: Env, source: SourceName): Pick<DeliveryApi, "listDeliveries" | "listSilent" | "retryDeliveries" | "dropDeliveries"> =>
  source === "colony" ? relayStub(env) : networkStub(env);

const shown = (source: SourceName, { author, path, cid, action, seq, recipient, parked }: ListedDelivery) => ({
  source,
  seq,
  ...(recipient === undefined ? {} : { recipient }),
  author,
  path,
  uri: `at://${author}/${path}`,
  ...(cid === undefined ? {} : { cid }),
  action,
  ...(parked === undefined ? {} : { reason: parked.reason, tries: parked.tries, parkedAt: parked.at, retrying: parked.again }),
});

/**
 * GET /admin/deliveries?state=parked|pending&recipient=&limit=&cursor=: what recipients gave up, or what waits for them, the
 * colony's own relay first. The first page of parked ones also tells which recipients answer no wakes.
 */
export const listDeliveries: Handler = async (call) => {
  const asked = await readList(call);
  if (isFault(asked)) return asked;
  const env = envOf(call.host);
  const { state, recipient, limit, cursor } = asked;
  const who = recipient === undefined ? {} : { recipient };
  const deliveries: ReturnType<typeof shown>[] = [];
  let next: string | undefined;
  for (const source of SOURCES.slice(SOURCES.indexOf(cursor?.source ?? "colony"))) {
    const inner = source === cursor?.source ? cursor.inner : undefined;
    if (deliveries.length === limit) {
      next = source;
      break;
    }
    const page = await relayOf(env, source).listDeliveries({ state, ...who, limit: limit - deliveries.length, ...(inner === undefined ? {} : { cursor: inner }) });
    if (!page.ok) return page.error;
    deliveries.push(...page.value.deliveries.map((delivery) => shown(source, delivery)));
    if (page.value.cursor === undefined) continue;
    next = `${source}.${page.value.cursor}`;
    break;
  }
  const recipients = state === "parked" && cursor === undefined ? await silentOf(env, who, limit) : undefined;
  return json({ deliveries, ...(recipients === undefined ? {} : { recipients }), ...(next === undefined ? {} : { cursor: next }) });
};

const silentOf = async (env: Env, who: { recipient?: string }, limit: number): Promise<(SilentRecipient & { source: SourceName })[]> => {
  const found = await Promise.all(SOURCES.map(async (source) => (await relayOf(env, source).listSilent({ ...who, limit })).map((silent) => ({ source, ...silent }))));
  return found.flat();
};

/** POST /admin/deliveries/retry: parked deliveries are tried again now, and silent recipients woken. The answer counts both. */
export const retryDeliveries: Handler = async (call) => {
  const asked = await readSelection(call);
  if (isFault(asked)) return asked;
  let [deliveries, recipients] = [0, 0];
  for (const source of asked.source === undefined ? SOURCES : [asked.source]) {
    const done = await relayOf(envOf(call.host), source).retryDeliveries(asked.selection);
    deliveries += done.deliveries;
    recipients += done.recipients;
  }
  return deliveries === 0 && !("all" in asked.selection) ? NOT_PARKED : json({ deliveries, recipients });
};

/** POST /admin/deliveries/drop: parked deliveries are forgotten for good. The answer counts them. */
export const dropDeliveries: Handler = async (call) => {
  const asked = await readSelection(call);
  if (isFault(asked)) return asked;
  let deliveries = 0;
  for (const source of asked.source === undefined ? SOURCES : [asked.source]) {
    deliveries += (await relayOf(envOf(call.host), source).dropDeliveries(asked.selection)).deliveries;
  }
  return deliveries === 0 && !("all" in asked.selection) ? NOT_PARKED : json({ deliveries });
};

const NOT_PARKED = fault(404, "DeliveryNotFound", "There is no such parked delivery");
