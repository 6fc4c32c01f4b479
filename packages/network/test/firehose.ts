import { exports } from "cloudflare:workers";
import { decodeFrame } from "@rookery/sync";
import { ORIGIN } from "./client.ts";

type Frame = ReturnType<typeof decodeFrame>;

/** Frames of the colony's firehose from now on, in order. */
export interface Firehose {
  frames: Frame[];
  close(): void;
}

/** Listen to com.atproto.sync.subscribeRepos. @param cursor where to begin; now when absent. */
export const listen = async (cursor?: number): Promise<Firehose> => {
  const query = cursor === undefined ? "" : `?cursor=${cursor}`;
  const { webSocket } = await exports.default.fetch(new Request(`${ORIGIN}/xrpc/com.atproto.sync.subscribeRepos${query}`, { headers: { upgrade: "websocket" } }));
  if (webSocket === null) throw new Error("no firehose");
  const frames: Frame[] = [];
  webSocket.binaryType = "arraybuffer";
  webSocket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) frames.push(decodeFrame(new Uint8Array(data)));
  });
  webSocket.accept();
  return { frames, close: () => webSocket.close(1000) };
};

/** Those that are about an account. */
export const about = ({ frames }: Firehose, did: string): Extract<Frame, { kind: "message" }>[] =>
  frames.flatMap((frame) => (frame.kind === "message" && frame.t !== "#info" && (frame.t === "#commit" ? frame.body.repo : frame.body.did) === did ? [frame] : []));
