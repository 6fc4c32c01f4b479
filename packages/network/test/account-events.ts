import { env } from "cloudflare:test";
import { type StreamMessage, decodeFrame } from "@rookery/sync";
import { relayStub } from "../src/host/stubs.ts";

/** What the colony's firehose has of one account, in order. */
export const eventsOf = async (did: string): Promise<StreamMessage[]> => {
  const { frames } = await relayStub(env).readLog({ after: 0, rows: 10_000, bytes: 50_000_000 });
  return frames.flatMap(({ frame }) => {
    const message = decodeFrame(frame);
    if (message.kind !== "message") return [];
    const author = message.t === "#commit" ? message.body.repo : message.t === "#info" ? undefined : message.body.did;
    return author === did ? [message] : [];
  });
};
