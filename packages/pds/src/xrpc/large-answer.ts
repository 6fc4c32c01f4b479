/** Answers of fewer bytes are sent as they are: packing them saves no packet on the wire. The reference's threshold. */
const LARGE_FROM = 1024;

const large = new WeakSet<Response>();

/**
 * Note that an answer is worth packing on its way, which the door does where the client takes it: only JSON and CARs that are made
 * here; what other services answer goes on as it came. @param size of its body: bytes, or characters of a text; undefined of a stream.
 */
export const noteSize = (response: Response, size: number | undefined): Response => {
  if (size === undefined || size >= LARGE_FROM) large.add(response);
  return response;
};

/** Whether it was noted as large. */
export const isLarge = (response: Response): boolean => large.has(response);
