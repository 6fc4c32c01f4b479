import { encodeErrorFrame, encodeInfoFrame, errorText, infoText, SUBSCRIBE_EVENTS, SUBSCRIBE_REPOS, v1CborError, v1CborInfo } from "@rookery/sync";
import type { StreamFormat } from "./listener.ts";
import type { Payload } from "./shared-event.ts";

/** `#info` in the framing of a stream; undefined where there is none: Jetstream v1 knows events only. */
export function infoFrame(format: StreamFormat, name: string, message: string): Payload | undefined {
  switch (format) {
    case "subscribeRepos":
      return encodeInfoFrame({ name, message });
    case "subscribeRepos+xrpc.v1.cbor":
      return v1CborInfo(name, message);
    case "subscribeRepos+xrpc.v1.json":
      return infoText(SUBSCRIBE_REPOS, name, message);
    case "subscribeEvents":
      return infoText(SUBSCRIBE_EVENTS, name, message);
    case "jetstream":
    case "jetstream+zstd":
      return undefined;
  }
}

/** The last frame before the stream is closed; undefined where only the close code speaks. */
export function errorFrame(format: StreamFormat, error: string, message: string): Payload | undefined {
  switch (format) {
    case "subscribeRepos":
      return encodeErrorFrame({ error, message });
    case "subscribeRepos+xrpc.v1.cbor":
      return v1CborError(error, message);
    case "subscribeRepos+xrpc.v1.json":
    case "subscribeEvents":
      return errorText(error, message);
    case "jetstream":
    case "jetstream+zstd":
      return undefined;
  }
}
