import { OpenError, type ProgressFrame, ProgressReader } from "@rookery/envelope";
import type { Backend, Progress, ProgressChannel } from "../backend.ts";
import { pauseBefore, sleep } from "../follow/backoff.ts";
import { SILENCE_MS } from "../follow/settings.ts";
import { Socket, SOCKET_LIMITS } from "../follow/socket.ts";
import { readFrame } from "../xrpc-frame.ts";

const PAUSES = { firstMs: 500, maxMs: 15_000 };
/** Progress may be silent for as long as a task takes; whoever is gone is noticed when the task ends. */
const LIMITS = { ...SOCKET_LIMITS, silenceMs: Math.max(SILENCE_MS, 60 * 60_000) };

/** The progress of a task, as its worker tells; goes on after lost connections and with whom it is handed over to, until the signal. */
export async function* progressOf(backend: Pick<Backend, "progressChannel">, request: string, signal: AbortSignal): AsyncGenerator<Progress> {
  let reader: { channel: ProgressChannel; reader: ProgressReader } | undefined;
  /** Of a worker that has handed the task over, and says no more. */
  let over: string | undefined;
  for (let tries = 0; !signal.aborted; tries++) {
    const channel = await backend.progressChannel(request).catch(() => undefined);
    if (channel !== undefined && channel.id !== over) {
      if (reader?.channel.id !== channel.id) reader = { channel, reader: new ProgressReader(channel) };
      for await (const progress of framesOf(channel, reader.reader, signal)) {
        tries = 0;
        if (progress === "done") over = channel.id;
        else yield progress;
      }
    }
    await sleep(pauseBefore(tries, PAUSES), signal);
  }
}

async function* framesOf({ service, worker, id }: ProgressChannel, reader: ProgressReader, signal: AbortSignal): AsyncGenerator<Progress | "done"> {
  const query = new URLSearchParams({ did: worker, channel: id, ...(reader.last === 0 ? {} : { cursor: String(reader.last) }) });
  const socket = new Socket((url) => new WebSocket(url, ["xrpc.v1.json"]), `${service.replace(/^http/, "ws")}/xrpc/agent.comms.subscribeProgress?${query}`, LIMITS);
  const close = (): void => socket.close();
  signal.addEventListener("abort", close);
  try {
    for (;;) {
      await socket.ready();
      const message = socket.take();
      if (message === undefined) {
        if (socket.ended !== undefined || signal.aborted) return;
        continue;
      }
      const frame = readFrame(message);
      if (frame?.kind !== "message") continue;
      if (frame.payload["name"] === "done") {
        yield "done";
        return;
      }
      if (typeof frame.payload["sequence"] !== "number") continue;
      try {
        // The reader checks the rest (named boundary).
        const progress = await reader.read({ ...(frame.payload as Pick<ProgressFrame, "sealed" | "progress">), sequence: frame.payload["sequence"] });
        // The last of a worker may say nothing but that it is the last.
        if (Object.keys(progress).length > 0) yield progress;
      } catch (error) {
        // Not of this task, or a repeat: whoever wrote it, it is nothing.
        if (!(error instanceof OpenError)) throw error;
      }
    }
  } finally {
    signal.removeEventListener("abort", close);
    socket.close();
  }
}
