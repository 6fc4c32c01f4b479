import { contentOf, filesOf } from "../canary/scan.ts";

/** All frames of one firehose, as text to be searched. */
export interface Heard {
  text(): string;
  close(): void;
}

/** Listen to a firehose. @param cursor where to begin; from now on when absent. */
export const hear = async (origin: string, cursor?: number): Promise<Heard> => {
  let heard = "";
  const socket = new WebSocket(`${origin.replace("http", "ws")}/xrpc/com.atproto.sync.subscribeRepos${cursor === undefined ? "" : `?cursor=${cursor}`}`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    heard += Buffer.from(data as ArrayBuffer).toString("latin1");
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  return { text: () => heard, close: () => socket.close() };
};

/** Paths of all files under a folder that hold a text. */
export const filesWith = (folder: string, text: string): string[] =>
  filesOf(folder).filter((path) => contentOf(path).includes(text));
