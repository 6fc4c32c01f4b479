export { type KeyAlarm, KeyStateError, type KeyStore, memoryKeyStore, OpenError, SealError, type SealingOptions } from "@rookery/envelope";
export type { Attachment } from "./files.ts";
export type { Revoked } from "./sharing.ts";
