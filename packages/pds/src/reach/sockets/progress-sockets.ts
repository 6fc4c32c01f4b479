import type { ProgressFrame } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { MAX_PROGRESS_READERS, MAX_PROGRESS_SOCKETS, MAX_READERS_PER_ADDRESS, MAX_READERS_PER_CHANNEL, READER_BUFFER_BYTES } from "../limits.ts";
import type { SocketHost } from "./socket-host.ts";
import type { ProgressSocketQuery } from "./socket-request.ts";
import { accept, dismiss, isOpen, refusal, refuseUpgrade } from "./upgrade.ts";

/** Tag of these sockets; each has one of its channel too. */
const TAG = "progress";
const tagOf = (channel: string): string => `${TAG}:${channel}`;

/** What survives hibernation with a socket. */
interface Attached {
  channel: string;
  /** Sequence of the last frame that was sent. */
  after: number;
  address: string;
  since: number;
}

/** What is known of a channel. */
interface Frames {
  after: (channel: string, sequence: number) => ProgressFrame[];
  last: (channel: string) => { isDone: boolean } | undefined;
}

/** Readers of progress: strangers as far as this object can tell, so they are few, and nothing waits for one that is slow. */
export class ProgressSockets {
  readonly #host: SocketHost;
  readonly #frames: Frames;

  constructor(host: SocketHost, frames: Frames) {
    this.#host = host;
    this.#frames = frames;
  }

  connect(request: Request, { channel, after, address }: ProgressSocketQuery): Response {
    const refused = refuseUpgrade(request) ?? this.#refuse(channel, address);
    if (refused !== undefined) return refused;
    return accept(this.#host, request, [TAG, tagOf(channel)], (ws) => {
      attach(ws, { channel, after, address, since: Date.now() });
      for (const frame of this.#frames.after(channel, after)) send(ws, frame);
      if (this.#frames.last(channel)?.isDone === true) say(ws, "done");
    });
  }

  /** A frame was published. */
  publish(channel: string, frame: ProgressFrame, isDone: boolean): void {
    for (const ws of this.#host.getWebSockets(tagOf(channel))) {
      if (attached(ws).after >= frame.sequence) continue;
      if (ws.bufferedAmount > READER_BUFFER_BYTES) dismiss(ws, "ConsumerTooSlow", "what was sent was not taken");
      else if (send(ws, frame) && isDone) say(ws, "done");
    }
  }

  /** Nobody reads on. */
  end(message: string): void {
    for (const ws of this.#host.getWebSockets(TAG)) dismiss(ws, "AccountEnded", message);
  }

  #refuse(channel: string, address: string): Response | undefined {
    const busy = (message: string) => refusal(429, "TooManySubscribers", message, { "retry-after": "60" });
    const sockets = this.#host.getWebSockets(TAG);
    if (sockets.length >= MAX_PROGRESS_SOCKETS) return busy("too many readers of progress have not closed");
    if (this.#host.getWebSockets(tagOf(channel)).filter(isOpen).length >= MAX_READERS_PER_CHANNEL) return busy(`a channel has ${MAX_READERS_PER_CHANNEL} readers at most`);
    const all = sockets.filter(isOpen);
    if (address !== "" && all.filter((ws) => attached(ws).address === address).length >= MAX_READERS_PER_ADDRESS) return busy(`${address} has ${MAX_READERS_PER_ADDRESS} readers already`);
    if (all.length < MAX_PROGRESS_READERS) return undefined;
    // Whoever made up a channel makes room for those who wait for one that there is.
    const [idle] = all.filter((ws) => this.#frames.last(attached(ws).channel) === undefined).toSorted((a, b) => attached(a).since - attached(b).since);
    if (idle === undefined) return busy(`an agent has ${MAX_PROGRESS_READERS} readers of progress at most`);
    dismiss(idle, "TooManySubscribers", "others wait for progress that there is");
    return undefined;
  }
}

/** A named boundary: attachments of these sockets were written here. */
const attached = (ws: WebSocket): Attached => ws.deserializeAttachment() as Attached;
const attach = (ws: WebSocket, state: Attached): void => ws.serializeAttachment(state);

/** False when the socket is gone. */
function send(ws: WebSocket, { sequence, sealed, progress }: ProgressFrame): boolean {
  try {
    ws.send(text("frame", { channel: attached(ws).channel, sequence, ...(sealed === undefined ? {} : { sealed }), ...(progress === undefined ? {} : { progress }) }));
    attach(ws, { ...attached(ws), after: sequence });
    return true;
  } catch {
    return false;
  }
}

function say(ws: WebSocket, name: string): void {
  try {
    ws.send(text("info", { name }));
  } catch {
    // Gone: it needs to be told nothing.
  }
}

const text = (name: string, fields: object): string => JSON.stringify({ $type: "message", payload: { $type: `${ids.AgentCommsSubscribeProgress}#${name}`, ...fields } });
