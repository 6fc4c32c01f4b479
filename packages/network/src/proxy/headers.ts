/** Headers of the caller that a service gets to see, beside all that begin with `x-atproto-` (reference: pipethrough.ts). */
const PASSED_ON = ["accept-language", "atproto-accept-labelers", "x-bsky-topics"];
/** Those of a body, with it. */
const OF_BODY = ["content-type", "content-encoding"];
/** Headers of a service that the caller gets to see: those of the body, and of every answer. */
const OF_ANSWER = ["content-encoding", "content-type", "content-language"];
const ALWAYS = ["atproto-repo-rev", "atproto-content-labelers", "retry-after"];

const copy = (from: Headers, to: Headers, names: readonly string[]): void => {
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) to.set(name, value);
  }
};

/** Headers of a request that is passed on: never the caller's own credentials, but what the account says by a service JWT. */
export const requestHeaders = (from: Headers, token: string | undefined, { hasBody, encoding }: { hasBody: boolean; encoding?: string }): Headers => {
  const to = new Headers({ ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), "accept-encoding": encoding ?? (from.get("accept-encoding") || "identity") });
  copy(from, to, PASSED_ON);
  for (const [name, value] of from) if (name.startsWith("x-atproto-")) to.set(name, value);
  if (hasBody) copy(from, to, OF_BODY);
  return to;
};

/** Headers of a service's answer that the caller gets; nothing else of it, cookies least of all. */
export const answerHeaders = (from: Headers, { hasBody }: { hasBody: boolean }): Headers => {
  const to = new Headers();
  if (hasBody) copy(from, to, OF_ANSWER);
  copy(from, to, ALWAYS);
  return to;
};
