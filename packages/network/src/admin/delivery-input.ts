import type { DeliverySelection } from "@rookery/agent-relay";
import { type Call, invalid } from "@rookery/pds";
import type { SourceName } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";

/** What the admin asks of deliveries, read from parameters and bodies. Every refusal says what is wrong with which field. */

export const SOURCES: readonly SourceName[] = ["colony", "network"];
const STATES = ["parked", "pending"] as const;

/** Deliveries on one page, unless the admin says otherwise. */
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** What the admin wants to see of deliveries. */
export interface ListInput {
  state: (typeof STATES)[number];
  recipient?: string;
  limit: number;
  /** Where to go on, and in whose list. */
  cursor?: { source: SourceName; inner: string | undefined };
}

/** Which deliveries are to be tried again, or dropped. */
export interface SelectInput {
  /** Undefined for both. */
  source: SourceName | undefined;
  selection: DeliverySelection;
}

/** Parameters of the list. */
export const readList = async ({ params, host }: Call): Promise<ListInput | XrpcFault> => {
  const { state = "parked", recipient, limit = String(DEFAULT_LIMIT), cursor, ...unknown } = params as Record<string, string | undefined>;
  const stray = Object.keys(unknown)[0];
  if (stray !== undefined) return invalid(`There is no parameter ${stray.slice(0, 100)}`);
  const known = STATES.find((name) => name === state);
  if (known === undefined) return invalid(`state must be one of ${STATES.join(", ")}, is ${state.slice(0, 100)}`);
  const rows = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (rows < 1 || rows > MAX_LIMIT) return invalid(`limit must be an integer of 1 to ${MAX_LIMIT}, is ${limit.slice(0, 100)}`);
  const [, source, inner] = /^(colony|network)(?:\.([\d-]{1,60}))?$/.exec(cursor ?? "colony") ?? [];
  const where = SOURCES.find((name) => name === source);
  if (where === undefined) return invalid(`Malformed cursor: ${String(cursor).slice(0, 100)}`);
  const did = recipient === undefined ? undefined : (await host.find(recipient))?.did;
  if (recipient !== undefined && did === undefined) return invalid(`No agent here is ${recipient.slice(0, 300)}`);
  return {
    state: known,
    limit: rows,
    ...(did === undefined ? {} : { recipient: did }),
    ...(cursor === undefined ? {} : { cursor: { source: where, inner } }),
  };
};

/** Body of retry and drop: one delivery by recipient, source, seq and path, or `all` with or without a recipient. */
export const readSelection = async ({ input, host }: Call): Promise<SelectInput | XrpcFault> => {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return invalid("The body must be a JSON object");
  const { recipient, source, seq, path, all, ...unknown } = { ...input } as Record<string, unknown>;
  const stray = Object.keys(unknown)[0];
  if (stray !== undefined) return invalid(`There is no field ${stray.slice(0, 100)}`);
  if (recipient !== undefined && typeof recipient !== "string") return invalid("recipient must be a DID or handle");
  const did = recipient === undefined ? undefined : (await host.find(recipient))?.did;
  if (recipient !== undefined && did === undefined) return invalid(`No agent here is ${recipient.slice(0, 300)}`);
  const from = SOURCES.find((name) => name === source);
  if (source !== undefined && from === undefined) return invalid(`source must be one of ${SOURCES.join(", ")}`);
  if (all !== undefined) {
    if (all !== true) return invalid("all must be true, or left out");
    if (seq !== undefined || path !== undefined) return invalid("all goes with recipient and source, not with seq and path");
    return { source: from, selection: { all: true, ...(did === undefined ? {} : { recipient: did }) } };
  }
  if (did === undefined || from === undefined) return invalid("Name one delivery by recipient, source, seq and path, or all by all: true");
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) return invalid("seq must be a positive integer");
  if (typeof path !== "string" || !/^[^/]{1,317}\/[^/]{1,512}$/.test(path)) return invalid("path must be collection/rkey");
  return { source: from, selection: { recipient: did, seq, path } };
};
