import type { RawMessage } from "./follow/socket.ts";

/** A message of a subscription, with its fields unread; or the error by which the server ends it. */
export type XrpcFrame = { kind: "message"; payload: Record<string, unknown> } | { kind: "error"; error: string };

/** Read a message of the WebSocket subprotocol `xrpc.v1.json`; undefined for what is none. */
export const readFrame = (message: RawMessage): XrpcFrame | undefined => {
  try {
    const { $type, payload, error } = Object(JSON.parse(typeof message === "string" ? message : new TextDecoder().decode(message))) as Record<string, unknown>;
    if ($type === "error") return { kind: "error", error: String(error) };
    // Its fields are whoever's reading them to check.
    return typeof payload === "object" && payload !== null ? { kind: "message", payload: payload as Record<string, unknown> } : undefined;
  } catch {
    return undefined;
  }
};
