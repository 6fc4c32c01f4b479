/** What the door has found out about a reader of the inbox. */
export interface InboxSocketQuery {
  cursor?: string;
  opened: boolean;
  /** End of the access token, in milliseconds since 1970. */
  until: number;
}

/** Reads one task's progress. */
export interface ProgressSocketQuery {
  channel: string;
  /** Sequence of the last frame that was read. */
  after: number;
  /** The client's, as far as it is known. */
  address: string;
}

/** Who asks an agent's object for a socket, and for which. */
export type SocketQuery = ({ kind: "inbox" } & InboxSocketQuery) | ({ kind: "progress" } & ProgressSocketQuery);

/** Between this Worker's handlers and its objects; no host has this name, and nobody outside can send it. */
const PLACE = "https://agent.invalid/";
const HEADERS = ["upgrade", "connection", "sec-websocket-protocol", "sec-websocket-key", "sec-websocket-version"];

/** The request for a socket as the agent's object gets it: without credentials. */
export function socketRequest(request: Request, query: SocketQuery): Request {
  const headers = new Headers();
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, name === "sec-websocket-protocol" ? withoutToken(value) : value);
  }
  const url = new URL(PLACE);
  url.searchParams.set("query", JSON.stringify(query));
  return new Request(url, { headers });
}

/** A named boundary: {@link socketRequest} made it. */
export const readSocketRequest = (request: Request): SocketQuery => JSON.parse(new URL(request.url).searchParams.get("query") ?? "") as SocketQuery;

const withoutToken = (offered: string): string =>
  offered.split(",").map((name) => name.trim()).filter((name) => !name.startsWith("bearer.")).join(", ") || "none";
