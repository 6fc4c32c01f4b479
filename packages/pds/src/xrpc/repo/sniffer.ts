/** Bytes that wait for the detector, at most, before the upload waits for it. */
const AHEAD = 256 * 1024;

/**
 * What a blob is by its own bytes, as the reference tells it: with the same library (`file-type`), from the same stream. Takes
 * the bytes as they pass; most formats are told by the first 4 KB, a few by what is in them.
 */
export class Sniffer {
  /** MIME type; undefined when the bytes do not tell. Known once {@link end} was called, at the latest. */
  readonly mimeType: Promise<string | undefined>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOpen = true;
  /** Lets a {@link push} that waits go on. */
  #resume: (() => void) | undefined;

  constructor() {
    const bytes = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#resume?.(),
        cancel: () => this.#close(),
      },
      { highWaterMark: AHEAD, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    this.mimeType = detect(bytes).finally(() => this.#close());
  }

  /** Show the next bytes; resolves when more may come. */
  async push(chunk: Uint8Array): Promise<void> {
    if (!this.#isOpen || this.#controller === undefined) return;
    this.#controller.enqueue(chunk);
    if ((this.#controller.desiredSize ?? 0) > 0) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  /** There are no more bytes; also when the upload broke off. */
  end(): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#controller?.close();
  }

  #close(): void {
    this.#isOpen = false;
    this.#resume?.();
  }
}

/** The library is only loaded with the first upload. What it cannot make out, or chokes on, is of no known type. */
const detect = async (bytes: ReadableStream<Uint8Array>): Promise<string | undefined> => {
  try {
    const { FileTypeParser } = await import("file-type");
    return (await new FileTypeParser().fromStream(bytes))?.mime;
  } catch {
    return undefined;
  }
};
