import { PIN_IDLE } from "../limits.ts";

/**
 * Bytes that are made part by part, as they are read: of an answer that nobody reads nothing is in memory but what the network
 * holds. One that is not read for so long as {@link PIN_IDLE} ends with an error; so does one whose `next` throws.
 * @param next the next part, never empty; undefined when there is none.
 * @param ended called once, however it ends.
 */
export function partStream(next: () => Uint8Array | undefined, ended: () => void = () => undefined): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
    ended();
  };
  const rearm = (controller: ReadableByteStreamController): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      end();
      controller.error(new Error("nobody read the answer"));
    }, PIN_IDLE);
  };
  return new ReadableStream({
    type: "bytes",
    start: rearm,
    pull: (controller) => {
      rearm(controller);
      const part = attempt(next, end);
      if (part !== undefined) return controller.enqueue(part);
      end();
      controller.close();
      // A reader that brought its own buffer waits for an answer to it.
      controller.byobRequest?.respond(0);
    },
    cancel: end,
  });
}

const attempt = <T>(work: () => T, failed: () => void): T => {
  try {
    return work();
  } catch (error) {
    failed();
    throw error;
  }
};
