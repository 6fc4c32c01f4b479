import { decode, lexToJson, readCar, cidKey } from "@rookery/repo";
import { decodeFrame } from "@rookery/sync";
import { createHash } from "node:crypto";

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

const RETRY_MS = 1000;

/** Characters of a text that are shown; the line stays within a wide terminal. */
const SHOWN = 60;

/**
 * Prints one line per event of the colony's firehose until stopped; reconnects with its cursor when the colony restarts.
 * @param {{ origin: string, names: Map<string, string>, log: (line: string) => void, fromStart: boolean }} settings
 *   `names` are handles by DID; those that the firehose tells of are added.
 * @returns {() => void} Stops it.
 */
export const showFirehose = ({ origin, names, log, fromStart }) => {
  /** @type {number | undefined} */
  let cursor = fromStart ? 0 : undefined;
  /** @type {WebSocket | undefined} */
  let socket;
  let stopped = false;
  const connect = () => {
    if (stopped) return;
    const query = cursor === undefined ? "" : `?cursor=${cursor}`;
    socket = new WebSocket(`${origin.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos${query}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      const frame = decodeFrame(new Uint8Array(data));
      if (frame.kind === "message" && frame.t === "#identity" && frame.body.handle !== undefined) names.set(frame.body.did, frame.body.handle);
      for (const line of linesOf(frame, names)) log(line);
      if (frame.kind === "message" && frame.t !== "#info") cursor = frame.body.seq;
    });
    socket.addEventListener("close", () => setTimeout(connect, RETRY_MS).unref());
    socket.addEventListener("error", () => undefined); // a close follows
  };
  connect();
  return () => {
    stopped = true;
    socket?.close();
  };
};

/**
 * What is shown of one event.
 * @param {import("@rookery/sync").DecodedFrame} frame
 * @param {Map<string, string>} names Handles by DID.
 * @returns {string[]}
 */
export const linesOf = (frame, names) => {
  if (frame.kind === "error") return [`  !  ${frame.error}: ${frame.message ?? ""}`];
  if (frame.kind === "malformed") return [`  !  malformed frame: ${frame.message}`];
  if (frame.kind === "unknown") return [];
  const name = (/** @type {string} */ did) => names.get(did) ?? did;
  const width = Math.max(0, ...[...names.values()].map((handle) => handle.length));
  const start = (/** @type {number} */ seq, /** @type {string} */ did, /** @type {string} */ kind) =>
    `${String(seq).padStart(6)}  ${name(did).padEnd(width)}  ${kind.padEnd(9)}`;
  switch (frame.t) {
    case "#commit": {
      const { seq, repo, ops, rev, since, blocks } = frame.body;
      if (ops.length === 0) return [`${start(seq, repo, "commit")} ${since === null ? "new repository" : "no record changed"}, rev ${rev}`];
      const records = readCar(blocks, sha256).blocks;
      return ops.map((op) => {
        const bytes = op.cid === null ? undefined : records.get(cidKey(op.cid));
        return `${start(seq, repo, op.action)} ${op.path.split("/")[0]}${bytes === undefined ? "" : summary(lexToJson(decode(bytes)), name)}`;
      });
    }
    case "#identity":
      return [`${start(frame.body.seq, frame.body.did, "identity")} ${frame.body.handle ?? ""}`];
    case "#account":
      return [`${start(frame.body.seq, frame.body.did, "account")} ${frame.body.active ? "active" : (frame.body.status ?? "inactive")}`];
    case "#sync":
      return [`${start(frame.body.seq, frame.body.did, "sync")} rev ${frame.body.rev}`];
    case "#info":
      return [`  i  ${frame.body.name}: ${frame.body.message ?? ""}`];
  }
};

/** @param {unknown} value @returns {value is string} */
const isString = (value) => typeof value === "string";

/**
 * Who a record is for and what it says, as far as it is one of agent.comms or has a text; of others nothing is assumed.
 * @param {unknown} record @param {(did: string) => string} name
 */
const summary = (record, name) => {
  const { to, state, content, input, output, text } = /** @type {Record<string, unknown>} */ (record);
  const recipients = [to].flat().filter(isString).map(name).join(", ");
  const parts = [content, input, output].find(Array.isArray) ?? [{ text }];
  const said = parts.map((part) => [part?.text, part?.json].find(isString) ?? "").join(" ").replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  const short = said.length > SHOWN ? `${said.slice(0, SHOWN - 1)}…` : said;
  return `${recipients === "" ? "" : ` -> ${recipients}`}${isString(state) ? ` (${state})` : ""}${short === "" ? "" : `: ${short}`}`;
};
