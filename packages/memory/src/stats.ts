import type { Engine } from "./engine.ts";
import { MAX_PINS, QUOTAS } from "./limits.ts";
import { readPins } from "./pins.ts";
import { KINDS, type MemoryStats } from "./types.ts";

/** How much is remembered. */
export async function stats(engine: Engine): Promise<MemoryStats> {
  const { records, quotas = QUOTAS } = engine.ports;
  const pins = await readPins(engine.ports);
  const index = engine.index();
  const current = index.embedders().get(engine.embedder.id) ?? 0;
  return {
    kinds: KINDS.map((kind) => ({ kind, count: records.count(kind), limit: quotas[kind] })),
    pinned: pins.uris.length,
    pinnedLimit: MAX_PINS,
    embedder: engine.embedder.id,
    pending: records.pending(),
    ...(index.count > current ? { toEmbed: index.count - current } : {}),
    indexBytes: index.bytes,
  };
}
