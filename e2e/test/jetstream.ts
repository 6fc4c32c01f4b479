import { JetstreamSubscription } from "@atcute/jetstream";
import { Jetstream } from "@skyware/jetstream";
import { inject } from "vitest";
import type { Change } from "./consumers.ts";

/** A Jetstream client under test: what it told, in order, and what it complained about. */
export interface JetstreamConsumer {
  told: { did: string; timeUs: number; change: Change }[];
  errors: unknown[];
  cursor(): number | undefined;
  /** Another filter, on the same connection. */
  refilter(collections: string[]): void;
  close(): Promise<void> | void;
}

export interface Wanted {
  collections?: string[];
  dids?: string[];
  cursor?: number;
  /** Where to connect; the colony under test if absent. */
  origin?: string;
}

type CommitEvent = { did: string; time_us: number; commit: { operation: string; collection: string; rkey: string; cid?: string } };

const noteCommit = (told: JetstreamConsumer["told"], { did, time_us: timeUs, commit: { operation, collection, rkey, cid } }: CommitEvent): void => {
  told.push({ did, timeUs, change: `${operation} ${collection}/${rkey}${cid === undefined ? "" : ` ${cid}`}` });
};

const wsOf = (origin = inject("origin")) => origin.replace(/^http/, "ws");

/** `@skyware/jetstream`: text frames, filter in the query. */
export const skywareJetstream = ({ collections, dids, cursor, origin }: Wanted = {}): JetstreamConsumer => {
  const told: JetstreamConsumer["told"] = [];
  const errors: unknown[] = [];
  const client = new Jetstream({
    endpoint: `${wsOf(origin)}/subscribe`,
    ...(collections === undefined ? {} : { wantedCollections: collections }),
    ...(dids === undefined ? {} : { wantedDids: dids }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  client.on("commit", (event) => noteCommit(told, event));
  client.on("identity", ({ did, time_us: timeUs, identity }) => void told.push({ did, timeUs, change: `identity ${identity.handle}` }));
  client.on("account", ({ did, time_us: timeUs, account }) => void told.push({ did, timeUs, change: `account ${account.active}` }));
  client.on("error", (error) => errors.push(error));
  client.start();
  return { told, errors, cursor: () => client.cursor, refilter: (wanted) => client.updateOptions({ wantedCollections: wanted, wantedDids: [], maxMessageSizeBytes: 0 }), close: () => client.close() };
};

/** `@atcute/jetstream`: asks for the hello, sends its filter as options_update, validates every message. */
export const atcuteJetstream = ({ collections, dids, cursor, origin }: Wanted = {}): JetstreamConsumer => {
  const told: JetstreamConsumer["told"] = [];
  const errors: unknown[] = [];
  const client = new JetstreamSubscription({
    url: wsOf(origin),
    ...(collections === undefined ? {} : { wantedCollections: collections }),
    ...(dids === undefined ? {} : { wantedDids: dids as `did:plc:${string}`[] }),
    ...(cursor === undefined ? {} : { cursor }),
    onError: (error) => errors.push(error),
    onConnectionError: ({ error }) => errors.push(error),
  });
  const messages = client[Symbol.asyncIterator]();
  const read = async () => {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      const event = next.value;
      if (event.kind === "commit") noteCommit(told, event);
      else told.push({ did: event.did, timeUs: event.time_us, change: event.kind === "identity" ? `identity ${event.identity.handle}` : `account ${event.account.active}` });
    }
  };
  void read();
  return { told, errors, cursor: () => client.cursor, refilter: (wanted) => client.updateOptions({ wantedCollections: wanted }), close: async () => void (await messages.return?.()) };
};
