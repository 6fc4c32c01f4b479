import { MAX_ANSWER_BYTES, REQUEST_TIMEOUT } from "./limits.ts";
import { fieldsOf } from "./fields.ts";

/** What another host answered. */
export type Answer = { ok: true; json: unknown } | { ok: false; status: number; name: string; message: string };

/** A host that could not be asked: it is away, slow, redirects, or answers with something that is no JSON. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/**
 * Ask another host for JSON, or post some. Redirects are not followed, the answer is bounded in size and time, and an error
 * answer is given with the other's own name and words for it. @throws UnreachableError
 */
export const fetchJson = async (fetcher: typeof fetch, url: string, body?: unknown): Promise<Answer> => {
  try {
    const response = await fetcher(url, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      redirect: "manual",
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    if (response.status >= 300 && response.status < 400) throw new Error(`it redirects (${response.status})`);
    const text = await readText(response);
    if (!response.ok) return { ok: false, status: response.status, ...wordsOf(text) };
    return { ok: true, json: parse(text) };
  } catch (error) {
    throw new UnreachableError(`${url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text === "" ? "null" : text);
  } catch {
    throw new Error("it answers with something that is no JSON");
  }
};

/** The other's own words, cut: they end up before people and in rows. */
const wordsOf = (text: string): { name: string; message: string } => {
  try {
    const { error, message } = fieldsOf(JSON.parse(text)) ?? {};
    return { name: textOf(error, 100), message: textOf(message, 500) };
  } catch {
    return { name: "", message: "" };
  }
};

const textOf = (value: unknown, most: number): string => (typeof value === "string" ? value.slice(0, most) : "");

const readText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    size += next.value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader?.cancel();
      throw new Error(`it answers with more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(next.value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};
