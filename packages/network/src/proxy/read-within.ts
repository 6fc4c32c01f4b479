/**
 * The text of an answer that is no larger than `most` bytes; of a larger one its body, whole again, so that it can be passed on
 * without being held. @throws whatever ends the stream.
 */
export const readWithin = async ({ body }: Response, most: number): Promise<string | ReadableStream<Uint8Array>> => {
  if (body === null) return "";
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; size <= most; ) {
    const { value, done } = await reader.read();
    if (done) return new TextDecoder().decode(Buffer.concat(chunks));
    chunks.push(value);
    size += value.byteLength;
  }
  return new ReadableStream({
    pull: async (controller) => {
      const held = chunks.shift();
      if (held !== undefined) return controller.enqueue(held);
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
};
