import { ComAtprotoSyncSubscribeRepos } from "@atcute/atproto";
import { FirehoseSubscription } from "@atcute/firehose";
import { IdResolver, MemoryCache } from "@atproto/identity";
import { type Event, Firehose as OfficialFirehose } from "@atproto/sync";
import { Firehose as SkywareFirehose } from "@skyware/firehose";
import { colony } from "./colony.ts";

/** One record changed, as a consumer tells it: `action path cid`. */
export type Change = string;

/** A consumer under test: what it told of each account, and what it complained about. */
export interface Consumer {
  changes: Map<string, Change[]>;
  seqs: number[];
  errors: unknown[];
  close(): Promise<void> | void;
}

const wsOrigin = (origin = colony().origin) => origin.replace(/^http/, "ws");

const begin = (): Omit<Consumer, "close"> => ({ changes: new Map(), seqs: [], errors: [] });

const note = ({ changes }: Pick<Consumer, "changes">, did: string, change: Change): void => {
  const known = changes.get(did);
  if (known === undefined) changes.set(did, [change]);
  else known.push(change);
};

/** `@atproto/sync`: checks signature and op proofs of every commit. */
export const official = (cursor?: number, origin?: string): Consumer => {
  const consumer = begin();
  const idResolver = new IdResolver({ plcUrl: colony().plcUrl, didCache: new MemoryCache(), fetch: globalThis.fetch });
  const firehose = new OfficialFirehose({
    idResolver,
    service: wsOrigin(origin),
    // Handles under .test are in nobody's DNS.
    unauthenticatedHandles: true,
    getCursor: () => consumer.seqs.at(-1) ?? cursor,
    handleEvent: (event: Event) => {
      if (consumer.seqs.at(-1) !== event.seq) consumer.seqs.push(event.seq);
      if (event.event === "create" || event.event === "update") note(consumer, event.did, `${event.event} ${event.collection}/${event.rkey} ${event.cid.toString()}`);
      if (event.event === "delete") note(consumer, event.did, `delete ${event.collection}/${event.rkey}`);
    },
    onError: (error) => consumer.errors.push(error),
  });
  void firehose.start();
  return { ...consumer, close: () => firehose.destroy() };
};

/** `@atcute/firehose`: decodes strictly and validates every message against the lexicon. */
export const atcute = (cursor?: number, origin?: string): Consumer => {
  const consumer = begin();
  const subscription = new FirehoseSubscription({
    service: wsOrigin(origin),
    nsid: ComAtprotoSyncSubscribeRepos.mainSchema,
    params: () => {
      const from = consumer.seqs.at(-1) ?? cursor;
      return from === undefined ? {} : { cursor: from };
    },
    onError: (error) => consumer.errors.push(error),
    onConnectionError: ({ error }) => consumer.errors.push(error),
  });
  const messages = subscription[Symbol.asyncIterator]();
  const read = async () => {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      const message = next.value;
      if ("seq" in message) consumer.seqs.push(message.seq);
      if (message.$type !== "com.atproto.sync.subscribeRepos#commit") continue;
      for (const { action, path, cid } of message.ops) note(consumer, message.repo, cid === null ? `${action} ${path}` : `${action} ${path} ${cid.$link}`);
    }
  };
  void read();
  return { ...consumer, close: async () => void (await messages.return?.()) };
};

/** `@skyware/firehose`: opens every CAR. */
export const skyware = (cursor?: number, origin?: string): Consumer => {
  const consumer = begin();
  const firehose = new SkywareFirehose({ relay: wsOrigin(origin), ...(cursor === undefined ? {} : { cursor: String(cursor) }) });
  firehose.on("error", ({ error }) => consumer.errors.push(error));
  firehose.on("websocketError", ({ error }) => consumer.errors.push(error));
  firehose.on("unknown", (message) => consumer.errors.push(new Error(`unknown message ${JSON.stringify(message)}`)));
  for (const event of ["identity", "account", "sync"] as const) firehose.on(event as "sync", ({ seq }) => consumer.seqs.push(seq));
  firehose.on("commit", ({ seq, repo, ops }) => {
    consumer.seqs.push(seq);
    for (const op of ops) note(consumer, repo, op.action === "delete" ? `delete ${op.path}` : `${op.action} ${op.path} ${op.cid}`);
  });
  firehose.start();
  return { ...consumer, close: () => firehose.close() };
};
