import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyJwt } from "@atproto/xrpc-server";

/** A request that the service took: its token holds, by the official library. */
export interface Taken {
  method: string;
  nsid: string;
  url: URL;
  headers: IncomingMessage["headers"];
  /** DID that signed. */
  iss: string;
  body: Buffer;
}

export type Answer = (response: ServerResponse, request: Taken) => void | Promise<void>;

/** Another service, in a server of its own: an AppView, or whatever it is asked as. */
export interface AppView {
  url: string;
  did: string;
  /** `URL#DID`, as `--appview` has it. */
  option: string;
  /** What it took, oldest first, and what it refused. */
  taken: Taken[];
  refused: string[];
  /** How it answers a method from now on. */
  answer(nsid: string, how: Answer): void;
  /** Where the account's DIDs are. */
  trust(plcUrl: string): void;
  stop(): Promise<void>;
}

export const sendJson = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}, status = 200): void =>
  void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));

/** The did:key an account signs with, from a PLC directory on this machine, which @atproto/identity asks over https alone. */
export const keyIn = (plcUrl: string) => async (did: string): Promise<string> => {
  const data = (await (await fetch(`${plcUrl}/${did}/data`)).json()) as { verificationMethods: { atproto: string } };
  return data.verificationMethods.atproto;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** A service on a free port. @param services more of its DID document, by the fragment of their id. */
export const startAppView = async (services: Record<string, string> = {}): Promise<AppView> => {
  const answers = new Map<string, Answer>();
  let keyOf: ((did: string) => Promise<string>) | undefined;
  const view: AppView = {
    url: "", did: "", option: "", taken: [], refused: [],
    answer: (nsid, how) => void answers.set(nsid, how),
    trust: (plcUrl) => void (keyOf = keyIn(plcUrl)),
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", view.url);
    if (url.pathname === "/.well-known/did.json") {
      const known = { bsky_appview: view.url, atproto_labeler: view.url, test_service: view.url, ...services };
      return sendJson(response, { id: view.did, service: Object.entries(known).map(([id, serviceEndpoint]) => ({ id: `#${id}`, type: "Test", serviceEndpoint })) });
    }
    const nsid = url.pathname.slice("/xrpc/".length);
    const body = await bodyOf(request);
    try {
      const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
      const { iss } = await verifyJwt(token, view.did, nsid, (did) => keyOf?.(did) ?? Promise.reject(new Error("nobody is trusted")));
      const taken = { method: request.method ?? "", nsid, url, headers: request.headers, iss, body };
      view.taken.push(taken);
      await (answers.get(nsid) ?? ((to) => sendJson(to, { ok: true })))(response, taken);
    } catch (error) {
      view.refused.push(String(error));
      sendJson(response, { error: "AuthenticationRequired", message: String(error) }, {}, 401);
    }
  };
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  view.url = `http://localhost:${port}`;
  view.did = `did:web:localhost%3A${port}`;
  view.option = `${view.url}#${view.did}`;
  return view;
};
