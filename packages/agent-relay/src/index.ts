export * from "./relay-api.ts";
export { RelayObject, type RelayFaultPoint } from "./relay-object.ts";
export type { RetentionLimits } from "./retention.ts";
export { DEFAULT_LIMITS } from "./settings.ts";
