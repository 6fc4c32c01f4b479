export { MemoryChainStore, type AccountState, type ChainStore } from "./chain-store.ts";
export type { CursorStore } from "./cursor-store.ts";
export { FutureCursorError, type CurrentRecord, type FirehoseEvent, type Reason, type RecordChange } from "./events.ts";
export { followFirehose, type FirehoseOptions } from "./follow-firehose.ts";
export type { FollowOptions } from "./options.ts";
