export * from "./delivery-api.ts";
export * from "./relay-api.ts";
export { RelayObject, type RelayFaultPoint } from "./relay-object.ts";
export type { RetentionLimits } from "./retention.ts";
export { DEFAULT_LIMITS } from "./settings.ts";
export * from "./network/network-api.ts";
export * from "./peers/peer-api.ts";
export type { Listener, StreamFormat } from "./streams/listener.ts";
export * from "./upstream/upstream-api.ts";
