import { decode, lexToJson, readCar, cidKey } from "@rookery/repo";
import { decodeFrame } from "@rookery/sync";
import { createHash } from "node:crypto";

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

const RETRY_MS = 1000;

/**
 * Prints one line per event of the colony's firehose until stopped; reconnects with its cursor when the colony restarts.
 * @param {{ origin: string, names: Map<string, string>, log: (line: string) => void, fromStart: boolean }} settings
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
 * @param {import("@rookery/sync").DecodedFrame} frame
 * @param {Map<string, string>} names Handles by DID.
 * @returns {string[]}
 */
const linesOf = (frame, names) => {
  if (frame.kind === "error") return [`  !  ${frame.error}: ${frame.message ?? ""}`];
  if (frame.kind === "malformed") return [`  !  malformed frame: ${frame.message}`];
  if (frame.kind === "unknown") return [];
  const name = (/** @type {string} */ did) => names.get(did) ?? did;
  const start = (/** @type {number} */ seq, /** @type {string} */ did, /** @type {string} */ kind) =>
    `${String(seq).padStart(6)}  ${name(did).padEnd(12)} ${kind.padEnd(9)}`;
  switch (frame.t) {
    case "#commit": {
      const { seq, repo, ops, rev, blocks } = frame.body;
      if (ops.length === 0) return [`${start(seq, repo, "commit")} new repository, rev ${rev}`];
      const records = readCar(blocks, sha256).blocks;
      return ops.map((op) => {
        const bytes = op.cid === null ? undefined : records.get(cidKey(op.cid));
        return `${start(seq, repo, op.action)} ${op.path.split("/")[0]}${bytes === undefined ? "" : summary(/** @type {CommsView} */ (lexToJson(decode(bytes))), name)}`;
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

/**
 * What of a record of agent.comms is shown.
 * @typedef {object} CommsView
 * @property {string | string[]} [to]
 * @property {string} [state]
 * @property {{ text?: string, json?: string }[]} [content]
 * @property {{ text?: string, json?: string }[]} [input]
 * @property {{ text?: string, json?: string }[]} [output]
 */

/**
 * Who it is for and what it says.
 * @param {CommsView} record @param {(did: string) => string} name
 */
const summary = ({ to, state, content, input, output }, name) => {
  const recipients = to === undefined ? "" : ` -> ${[to].flat().map(name).join(", ")}`;
  const said = (content ?? input ?? output ?? []).map(({ text, json }) => text ?? json ?? "").join(" ");
  const short = said.length > 70 ? `${said.slice(0, 69)}…` : said;
  return `${recipients}${state === undefined ? "" : ` (${state})`}${short === "" ? "" : `  "${short}"`}`;
};
