export { OpenError, SealError } from "@rookery/envelope";
export type { Attachment } from "./files.ts";
export { KeyStateError } from "./key-state.ts";
export { type KeyStore, memoryKeyStore } from "./key-store.ts";
export type { KeyAlarm } from "./peer-keys.ts";
export type { SealingOptions } from "./sealing.ts";
export type { Revoked } from "./sharing.ts";
