/** What an agent remembers: ranking, index, compaction, quotas. Pure; storage, clock and embedder are ports. */
export { extractiveSummarizer } from "./compact/extractive.ts";
export type { SummarizedNote, Summarizer } from "./compact/summarizer.ts";
export type { Embedder } from "./embed/embedder.ts";
export { hashedEmbedder } from "./embed/hashed.ts";
export { IndexFormatError } from "./index/memory-index.ts";
export { type Mark, memoryPages, type PageChange, type PageStore } from "./index/page-store.ts";
export { QUOTAS } from "./limits.ts";
export { type Memory, openMemory } from "./open-memory.ts";
export type { MemoryFault, Outcome } from "./outcome.ts";
export type { MemoryPorts, MemoryRecords, MemoryWrite, StoredMemory } from "./ports.ts";
export { type ListedRecords, listedRecords, type RawMemory, type RepoAccess } from "./record/listed-records.ts";
export { textsOf } from "./record/entry-of.ts";
export { collectionOf, kindOf, partsOf, PINS } from "./record/place.ts";
export * from "./types.ts";
