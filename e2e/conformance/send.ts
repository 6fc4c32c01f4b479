import { Agent, request } from "node:http";

/** One request as it is sent: nothing is added to it but Host and what frames the body. */
export interface Sent {
  method?: string;
  /** From the root, query included. */
  path: string;
  headers?: Record<string, string>;
  /** Objects go as JSON, with its content type unless `headers` has one. */
  body?: unknown;
}

/** What came back, whole. */
export interface Got {
  status: number;
  headers: Record<string, string>;
  bytes: Uint8Array;
  /** The body parsed, when it says that it is JSON. */
  json: unknown;
}

/** Connections are kept; a busy machine needs no more of them than this. */
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** How long an answer may take, in ms. */
const WITHIN = 30_000;

const bytesOf = (body: unknown): Uint8Array | undefined => {
  if (body === undefined || body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
};

const parsed = (type: string | undefined, bytes: Uint8Array): unknown => {
  if (bytes.length === 0 || type?.startsWith("application/json") !== true) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
};

/** Plain HTTP without any client's help: GET with a body, wrong types, odd headers go out as they are. @throws Error when the connection breaks. */
export const send = (origin: string, { method, path, headers = {}, body }: Sent): Promise<Got> =>
  new Promise((resolve, reject) => {
    const bytes = bytesOf(body);
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const chunked = names.has("transfer-encoding");
    const more: Record<string, string> = {
      ...(bytes === undefined || isText || names.has("content-type") ? {} : { "content-type": "application/json" }),
      ...(bytes === undefined || chunked || names.has("content-length") ? {} : { "content-length": String(bytes.length) }),
    };
    const asked = request(new URL(origin), { agent, method: method ?? (body === undefined ? "GET" : "POST"), path, headers: { ...more, ...headers }, timeout: WITHIN });
    asked.once("timeout", () => asked.destroy(new Error(`no answer within ${WITHIN} ms: ${path}`)));
    asked.once("error", reject);
    asked.once("response", (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => {
        const whole = new Uint8Array(Buffer.concat(chunks));
        const given = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]));
        resolve({ status: answer.statusCode ?? 0, headers: given, bytes: whole, json: parsed(given["content-type"], whole) });
      });
    });
    asked.end(bytes);
  });
