import type { Env } from "../env.ts";

/**
 * `fetch` for addresses that strangers chose: through the binding that connects to public addresses only, whatever a name resolves to
 * at that moment, where there is one. On Cloudflare there is nothing else to be reached anyway. What begins with one of `trusted` is
 * where the operator said, and may be anywhere.
 */
export const outsideOf = ({ OUTSIDE }: Pick<Env, "OUTSIDE">, trusted: readonly string[] = []): typeof fetch =>
  OUTSIDE === undefined
    ? plain
    : (input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        return trusted.some((start) => url.startsWith(start)) ? fetch(input, init) : OUTSIDE.fetch(input, init).catch((error: unknown) => Promise.reject(inWords(error, url)));
      };

/** workerd's fetch must be called as a plain function. */
const plain: typeof fetch = (input, init) => fetch(input, init);

/** workerd keeps to itself why it could not connect, "internal error; reference = ...", which tells nobody anything: the name did not resolve, or nobody answers there. */
const inWords = (error: unknown, url: string): unknown =>
  error instanceof Error && error.message.startsWith("internal error") ? new Error(`${new URL(url).host} cannot be reached`, { cause: error }) : error;
