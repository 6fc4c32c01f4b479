import { compact } from "./compact/compact.ts";
import { Engine } from "./engine.ts";
import { IndexFormatError } from "./index/memory-index.ts";
import { forget } from "./forget.ts";
import { CATCH_UP } from "./limits.ts";
import type { Outcome } from "./outcome.ts";
import { pin } from "./pin.ts";
import type { MemoryPorts } from "./ports.ts";
import { recall } from "./recall.ts";
import { remember } from "./remember.ts";
import { stats } from "./stats.ts";
import type { Compacted, ForgetInput, MemoryStats, PinInput, Recalled, RecallInput, Remembered, RememberInput } from "./types.ts";

/** What an agent remembers, wherever its keys are. */
export interface Memory {
  remember(input: RememberInput): Promise<Outcome<Remembered>>;
  recall(input: RecallInput): Promise<Outcome<Recalled>>;
  forget(input: ForgetInput): Promise<Outcome<{ forgotten: string[] }>>;
  pin(input: PinInput): Promise<Outcome<{ pins: string[] }>>;
  compact(): Promise<Outcome<Compacted>>;
  stats(): Promise<MemoryStats>;
  /** Take in what changed in the repository; answers with how many are left. Every method does it as well. */
  catchUp(limit?: number): Promise<number>;
  /** Make some vectors anew that another embedder made; answers whether there were any. */
  reembed(): Promise<boolean>;
  /** Drop the index, to be built anew from the repository. */
  rebuild(): void;
  /** Let go of what is only kept in memory to be quick. */
  evict(): void;
  readonly residentBytes: number;
}

/** An index that turns out damaged on the way is given up and built anew; a second failure is told. */
async function orAnew<T>(engine: Engine, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof IndexFormatError)) throw error;
    engine.giveUp(error);
    return run();
  }
}

/** Open the memory of an agent. Nothing is read before it is asked for. */
export function openMemory(ports: MemoryPorts): Memory {
  const engine = new Engine(ports);
  /** @param asksIndex it does: one that is far behind is brought up first, so that writes that need none do not wait for it. */
  const writing = <T>(run: () => Promise<T>, asksIndex = false) =>
    orAnew(engine, async () => {
      if (asksIndex && ports.records.pending() > CATCH_UP) await engine.catchUpAll();
      return engine.writes.take(run);
    });
  return {
    remember: (input) => writing(() => remember(engine, input), input.subject !== undefined),
    recall: (input) => orAnew(engine, () => recall(engine, input)),
    forget: (input) => writing(() => forget(engine, input), true),
    pin: (input) => writing(() => pin(engine, input)),
    compact: () => orAnew(engine, () => compact(engine)),
    stats: () => stats(engine),
    catchUp: (limit) => orAnew(engine, () => engine.catchUp(limit)),
    reembed: () => orAnew(engine, () => engine.reembed()),
    rebuild: () => engine.rebuild(),
    evict: () => engine.evict(),
    get residentBytes() {
      return engine.residentBytes;
    },
  };
}
