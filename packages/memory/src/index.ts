/** What an agent remembers: ranking, index, compaction, quotas. Pure; storage, clock and embedder are ports. */
export * from "./types.ts";
export * from "./version.ts";
