import { decodeFrame } from "@rookery/sync";
import { readable } from "./readable.mjs";
import { sightingsOf } from "./sightings.mjs";
import { WIDTH, heading, rowOf, sideBySide } from "./two-columns.mjs";

const RETRY_MS = 1000;
/** How long an event waits for its readers to have read it, so that both stand side by side. */
const READ_WITHIN = 4000;
const READ_AGAIN_MS = 50;
/** Events that wait to be shown; past it they are shown without their readers. */
const MOST_WAITING = 200;

/**
 * Somebody who reads here.
 * @typedef {{ did: string, handle: string, read: (uri: string) => Promise<{ value: unknown } | undefined> }} Reader
 */

/**
 * Prints the colony's firehose until stopped, one row per event, beside what those read of it whom it is for; connects again
 * with its cursor when the colony restarts.
 * @param {{ origin: string, readers: Reader[], log: (line: string) => void, width?: number }} settings `readers`: whose eyes can be
 *   lent; `width`: columns of a row.
 * @returns {Promise<{ stop: () => void, note: (words: string) => void, shown: (uri: string) => Promise<void> }>} Once connected.
 *   `note` puts words of somebody's own beside the events; `shown` resolves when a record is, or after a while without it.
 */
export const showFirehose = async ({ origin, readers, log, width = WIDTH }) => {
  const names = new Map(readers.map(({ did, handle }) => [did, nameOf(handle)]));
  const name = (/** @type {string} */ did) => names.get(did) ?? `${did.slice(0, 4)}…${did.slice(-4)}`;
  /** @type {number | undefined} */
  let cursor;
  /** @type {WebSocket | undefined} */
  let socket;
  let stopped = false;
  let waiting = 0;
  /** Records that somebody waits for, by at-uri. @type {Map<string, () => void>} */
  const awaited = new Map();
  /** One row after the other, in the order of the events. */
  let rows = Promise.resolve();

  const enqueue = (/** @type {() => Promise<string[]>} */ make, uri = "") => {
    waiting++;
    rows = rows.then(async () => {
      for (const line of await make()) if (!stopped) log(line);
      waiting--;
      awaited.get(uri)?.();
    });
  };
  const connect = () =>
    new Promise((resolve) => {
      if (stopped) return resolve(undefined);
      const query = cursor === undefined ? "" : `?cursor=${cursor}`;
      socket = new WebSocket(`${origin.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos${query}`);
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", resolve);
      socket.addEventListener("message", ({ data }) => {
        const frame = decodeFrame(new Uint8Array(data));
        if (frame.kind === "message" && frame.t !== "#info") cursor = frame.body.seq;
        if (frame.kind === "message" && frame.t === "#identity" && frame.body.handle !== undefined) names.set(frame.body.did, nameOf(frame.body.handle));
        for (const sighting of sightingsOf(frame)) enqueue(async () => rowOf(sighting, waiting > MOST_WAITING ? undefined : await readBy(readers, sighting), name, width), sighting.uri);
      });
      socket.addEventListener("close", () => setTimeout(() => void connect(), RETRY_MS).unref());
      socket.addEventListener("error", () => undefined); // a close follows
    });
  await connect();
  for (const line of heading(width)) log(line);
  return {
    stop: () => {
      stopped = true;
      socket?.close();
    },
    note: (words) => enqueue(async () => sideBySide("", words, width)),
    shown: (uri) =>
      new Promise((resolve) => {
        awaited.set(uri, () => resolve(undefined));
        setTimeout(resolve, READ_WITHIN).unref();
      }).then(() => void awaited.delete(uri)),
  };
};

/** @param {string} handle */
const nameOf = (handle) => handle.split(".")[0] ?? handle;

/**
 * What a reader of this house reads: a recipient, or the author of what is for nobody else. It may take a moment until it has
 * arrived there.
 * @param {Reader[]} readers @param {import("./sightings.mjs").Sighting} sighting
 */
const readBy = async (readers, { from, to, uri, record, ciphertext }) => {
  if (uri === undefined) return undefined;
  const [, , , collection = ""] = uri.split("/");
  if (ciphertext === undefined) return readable(collection, record);
  const reader = readers.find(({ did }) => (Array.isArray(to) ? to.includes(did) : did === from)) ?? readers.find(({ did }) => did === from);
  if (reader === undefined) return undefined;
  for (const until = performance.now() + READ_WITHIN; ; await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS))) {
    const read = await reader.read(uri).catch(() => undefined);
    if (read !== undefined) return readable(collection, read.value);
    if (performance.now() > until) return undefined;
  }
};
