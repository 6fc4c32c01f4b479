export { fromBase64Url, toBase64Url } from "./base64url.ts";
export { channelOfRecord, type ProgressChannel, type ProgressChannelInput, progressChannel } from "./channel.ts";
export { MAX_PROGRESS_CHARS, openProgress, type Progress, type ProgressFrame, ProgressReader, sealProgress } from "./frame.ts";
