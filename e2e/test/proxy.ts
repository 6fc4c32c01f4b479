import { createServer, connect, type Socket } from "node:net";

/** What happens to a WebSocket message on its way to the client: what is returned goes on instead of it. */
export type Wire = (payload: Buffer) => Buffer[];

/** Stands between a client and a server on loopback, passes HTTP on as it is, and lets a test meddle with WebSocket messages. */
export interface Proxy {
  origin: string;
  wire: Wire;
  connections: number;
  /** Break every connection. */
  cut(): void;
  stop(): Promise<void>;
}

/** Header of a message from a server: never masked; ours never fragment. */
const headerOf = (bytes: Buffer): { length: number; size: number } | undefined => {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  if (short < 126) return { length: 2, size: short };
  if (short === 126) return bytes.length < 4 ? undefined : { length: 4, size: bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { length: 10, size: Number(bytes.readBigUInt64BE(2)) };
};

const messageOf = (first: number, payload: Buffer): Buffer => {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
};

const BINARY_OR_TEXT = [1, 2];

/** What came from the server after the answer's head, in pieces; answers what goes on to the client. */
const meddler = (wire: Wire): ((chunk: Buffer) => Buffer) => {
  let rest = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    if (!upgraded) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return Buffer.alloc(0);
      out.push(rest.subarray(0, end + 4));
      rest = rest.subarray(end + 4);
      upgraded = true;
    }
    for (let header = headerOf(rest); header !== undefined && rest.length >= header.length + header.size; header = headerOf(rest)) {
      const first = rest[0] ?? 0;
      const payload = Buffer.from(rest.subarray(header.length, header.length + header.size));
      rest = rest.subarray(header.length + header.size);
      const isData = BINARY_OR_TEXT.includes(first & 0x0f);
      out.push(...(isData ? wire(payload) : [payload]).map((one) => messageOf(first, one)));
    }
    return Buffer.concat(out);
  };
};

/** @param origin of the server. */
export const startProxy = async (origin: string): Promise<Proxy> => {
  const { hostname, port } = new URL(origin);
  const open = new Set<Socket>();
  const proxy: Proxy = {
    origin: "",
    wire: (payload) => [payload],
    connections: 0,
    cut: () => open.forEach((socket) => socket.destroy()),
    stop: async () => {
      proxy.cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  const server = createServer((client) => {
    proxy.connections++;
    const upstream = connect({ host: hostname, port: Number(port) });
    const meddle = meddler((payload) => proxy.wire(payload));
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => (open.delete(one), other.destroy()));
    }
    // Messages must stay readable: no compression is offered.
    client.once("data", (head: Buffer) => {
      upstream.write(head.toString("latin1").replace(/^sec-websocket-extensions:.*\r\n/im, ""), "latin1");
      client.on("data", (chunk) => upstream.write(chunk));
    });
    upstream.on("data", (chunk: Buffer) => client.write(meddle(chunk)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  proxy.origin = `http://127.0.0.1:${address.port}`;
  return proxy;
};
