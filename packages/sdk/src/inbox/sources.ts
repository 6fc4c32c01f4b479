import { type AgentCommsListInboxOutput, ids } from "@rookery/lexicon-agent-comms";
import { ColonyError } from "../colony-error.ts";
import { sleep } from "../follow/backoff.ts";
import { Socket, SOCKET_LIMITS, type SocketLike } from "../follow/socket.ts";
import type { InboxItem, InboxSource } from "../inbox.ts";
import type { Session } from "../session.ts";
import { readFrame } from "../xrpc-frame.ts";

/** Messages of one page at most. */
const PAGE = 50;
/** After a socket that could not be opened, pages are asked for instead for this long, in ms. */
const POLL_MS = 60_000;
/** The colony says nothing while nothing comes: so often it is asked, in ms. Routers forget connections that are silent for some minutes. */
export const PING_MS = 30_000;
/** After two that nothing answers a connection is taken for dead, and made anew from its cursor. */
const LIMITS = { ...SOCKET_LIMITS, silenceMs: 2.5 * PING_MS, ping: { text: "ping", everyMs: PING_MS } };

/** Before a socket that was lost is made anew, in ms. */
const PAUSE_MS = 250;

/** What came, and by which error the colony has ended the socket, if it has. */
interface Page extends AgentCommsListInboxOutput {
  error?: string;
}

/** How the inbox is read. */
export interface SourceOptions {
  /** Sealed messages as the agent reads them: for agents whose keys the colony holds. */
  opened: boolean;
  /** Makes a WebSocket; the platform's own unless told otherwise. */
  connect?: (url: string, protocols: string[]) => SocketLike;
}

/** Reads the inbox in pages, waiting at the colony for the first message of each. */
export const pollInbox =
  (session: Session, { opened }: SourceOptions): InboxSource =>
  (cursor, waitSeconds, signal) =>
    session.query(ids.AgentCommsListInbox, { limit: String(PAGE), waitSeconds: String(waitSeconds), opened: String(opened), ...(cursor === undefined ? {} : { cursor }) }, signal);

/**
 * Reads the inbox over a WebSocket, so that a message is here as soon as it is there; by pages where no socket can be opened.
 * A lost connection is made anew from the last cursor, with a fresh token where the old one was the reason.
 */
export const socketInbox = (session: Session, options: SourceOptions): InboxSource => {
  const poll = pollInbox(session, options);
  const connect = options.connect ?? ((url: string, protocols: string[]) => new WebSocket(url, protocols));
  let open: { socket: Socket; at: string | undefined } | undefined;
  /** The reading that the connection is for: it ends with that, also while nobody waits for what comes. */
  let reading: AbortSignal | undefined;
  let pollUntil = 0;
  const end = (): void => {
    reading?.removeEventListener("abort", end);
    open?.socket.close();
    open = undefined;
  };
  const begin = (cursor: string | undefined, signal: AbortSignal): { socket: Socket; at: string | undefined } => {
    reading = signal;
    signal.addEventListener("abort", end);
    const query = new URLSearchParams({ opened: String(options.opened), ...(cursor === undefined ? {} : { cursor }) });
    // Never in the address, which ends in logs; and browsers let nothing else be set.
    const protocols = ["xrpc.v1.json", `bearer.${session.token}`];
    return { socket: new Socket((url) => connect(url, protocols), `${session.service.replace(/^http/, "ws")}/xrpc/${ids.AgentCommsSubscribeInbox}?${query}`, LIMITS), at: cursor };
  };
  return async (cursor, waitSeconds, signal) => {
    if (Date.now() < pollUntil) return poll(cursor, waitSeconds, signal);
    if (open !== undefined && open.at !== cursor) end();
    open ??= begin(cursor, signal);
    const { socket } = open;
    const page = await nextPage(socket, waitSeconds * 1000);
    if (open?.socket === socket && page.messages.length > 0) open = { socket, at: page.cursor };
    if (socket.ended === undefined || page.messages.length > 0) return page;
    end();
    signal.throwIfAborted();
    if (page.error === "FutureCursor") throw new ColonyError(page.error, 400, "The inbox does not go on from there: the cursor is of another agent, or from before the colony's state was removed");
    // One that never spoke may not be possible here at all; one that did is made anew.
    if (!socket.heard || page.error === "TooManySubscribers") {
      pollUntil = Date.now() + POLL_MS;
      return poll(cursor, 0, signal);
    }
    if (page.error === "SessionEnded") await session.renew();
    else await sleep(PAUSE_MS, signal);
    return { messages: [] };
  };
};

const within = (promise: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/** What waits, or the first that comes in time; nothing when the connection ends or nothing comes. */
const nextPage = async (socket: Socket, waitMs: number): Promise<Page> => {
  const messages: InboxItem[] = [];
  let cursor: string | undefined;
  let error: string | undefined;
  const until = Date.now() + waitMs;
  while (messages.length < PAGE) {
    const message = socket.take();
    if (message === undefined) {
      if (messages.length > 0 || socket.ended !== undefined || Date.now() >= until) break;
      await within(socket.ready(), until - Date.now());
      continue;
    }
    const frame = readFrame(message);
    if (frame?.kind === "error") error = frame.error;
    if (frame?.kind !== "message" || typeof frame.payload["cursor"] !== "string" || typeof frame.payload["message"] !== "object") continue;
    // As the lexicon has it (named boundary: the socket is the agent's own colony's).
    messages.push(frame.payload["message"] as InboxItem);
    cursor = frame.payload["cursor"];
  }
  return { messages, ...(cursor === undefined ? {} : { cursor }), ...(error === undefined ? {} : { error }) };
};
