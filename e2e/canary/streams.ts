/** A stream whose every frame is kept, as bytes. */
export interface Tap {
  name: string;
  /** All frames so far, each followed by a line break. */
  bytes: () => Buffer;
  close: () => void;
}

/** Listen to a WebSocket. @param name for people. */
export const tap = async (name: string, url: string, protocols: string[] = []): Promise<Tap> => {
  const pieces: Buffer[] = [];
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => void pieces.push(Buffer.from(data as ArrayBuffer | string as string), Buffer.from("\n")));
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`no connection to ${url}`)), { once: true });
  });
  return { name, bytes: () => Buffer.concat(pieces), close: () => socket.close() };
};

/** Every stream that strangers can read, in every form, from its beginning. @param host its origin; @param called for people. */
export const tapAll = (called: string, host: string): Promise<Tap[]> => {
  const ws = host.replace(/^http/, "ws");
  const repos = `${ws}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`;
  return Promise.all([
    tap(`firehose of ${called}`, repos),
    tap(`firehose of ${called}, as JSON`, repos, ["xrpc.v1.json"]),
    tap(`Jetstream of ${called}`, `${ws}/subscribe?cursor=0`),
    tap(`newer Jetstream of ${called}`, `${ws}/xrpc/network.bsky.jetstream.subscribeEvents?cursor=0`),
  ]);
};
