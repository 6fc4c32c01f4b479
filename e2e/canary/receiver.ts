import { createServer, type Server } from "node:http";

/** A web server that keeps everything it is sent, as it came. */
export interface Receiver {
  url: string;
  /** Requests so far: their heads and bodies. */
  bytes(): Buffer;
  count(): number;
  stop(): Promise<void>;
}

export const startReceiver = async (): Promise<Receiver> => {
  const pieces: Buffer[] = [];
  let count = 0;
  const server: Server = createServer((request, response) => {
    pieces.push(Buffer.from(`${request.method} ${request.url}\n${request.rawHeaders.join("\n")}\n`));
    request.on("data", (chunk: Buffer) => pieces.push(chunk));
    request.on("end", () => {
      count++;
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    bytes: () => Buffer.concat(pieces),
    count: () => count,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
