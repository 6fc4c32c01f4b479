/** Bytes of a DID document: the PLC directory takes operations of 4 KB, and what a host says of itself is no longer. */
const MAX_BYTES = 20 * 1024;

/** Objects, lists and values in one: once read, each takes many times its letters, and documents are remembered by those. */
const MAX_PARTS = 2_000;

const HEADERS = { accept: "application/did+ld+json,application/did+json,application/json" };

/**
 * The JSON at an address, undefined when nothing is there (404) or no more (410). Redirects are not followed, and no more than 20 KB
 * are read. What it says is judged by whoever reads it, and so is not the type it is said to be of: hosts of `did:web` serve it as
 * a file. @throws Error when it cannot be had now.
 */
export const fetchDocument = async (url: string, from: typeof fetch, signal: AbortSignal): Promise<unknown> => {
  const answer = await from(url, { signal, redirect: "manual", headers: HEADERS });
  if (answer.ok) return parse(await readText(answer));
  await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410) return undefined;
  // A browser does not tell which redirect it was; the types of a Worker do not know that kind of answer.
  const { type }: { type: string } = answer;
  if (type === "opaqueredirect" || (answer.status >= 300 && answer.status < 400)) throw new Error("unexpected redirect");
  throw new Error(`got http ${answer.status}`);
};

const parse = (text: string): unknown => {
  if (text.split(/[[{,]/, MAX_PARTS + 1).length > MAX_PARTS) throw new Error(`more than ${MAX_PARTS} parts`);
  return JSON.parse(text);
};

const readText = async ({ body }: Response): Promise<string> => {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = "";
  let bytes = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) return text + decoder.decode();
    bytes += chunk.value.byteLength;
    if (bytes > MAX_BYTES) {
      await reader?.cancel();
      throw new Error(`more than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
};
