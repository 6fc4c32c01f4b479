import { decodeFrame, type DecodedFrame } from "@rookery/sync";
import { colony } from "./colony.ts";

/** A firehose connection that keeps what it got, in order. */
export interface Stream {
  frames: DecodedFrame[];
  /** Set when the server closed. */
  closed: { code: number; reason: string } | undefined;
  close(): void;
}

/** Connect to subscribeRepos, the colony's unless another origin is given, with Node's own WebSocket. Resolves once open. */
export const openStream = async (cursor?: number, onFrame: (frame: DecodedFrame) => void = () => {}, origin = colony().origin): Promise<Stream> => {
  const url = `${origin.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos${cursor === undefined ? "" : `?cursor=${cursor}`}`;
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const stream: Stream = { frames: [], closed: undefined, close: () => socket.close() };
  socket.addEventListener("message", ({ data }) => {
    const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
    stream.frames.push(frame);
    onFrame(frame);
  });
  socket.addEventListener("close", ({ code, reason }) => {
    stream.closed = { code, reason };
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`no connection to ${url}`)));
  });
  return stream;
};
