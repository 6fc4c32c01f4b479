export { MemoryChainStore, type AccountState, type ChainStore } from "./chain-store.ts";
export type { CursorStore } from "./cursor-store.ts";
export { FutureCursorError, type CurrentRecord, type FirehoseEvent, type JetstreamFollowEvent, type MendEvent, type Reason, type RecordChange } from "./events.ts";
export { followFirehose, type FirehoseOptions } from "./follow-firehose.ts";
export { followJetstream, type JetstreamOptions } from "./follow-jetstream.ts";
export type { FollowOptions } from "./options.ts";
