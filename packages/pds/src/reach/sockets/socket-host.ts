/** What the object's own state gives for sockets that outlive its sleep. */
export type SocketHost = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse">;
