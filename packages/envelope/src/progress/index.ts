export { fromBase64Url, toBase64Url } from "./base64url.ts";
export { type ProgressChannel, type ProgressChannelInput, progressChannel } from "./channel.ts";
export { openProgress, type Progress, type ProgressFrame, ProgressReader, sealProgress } from "./frame.ts";
