import type { Engine } from "./engine.ts";
import { WRITE_TRIES } from "./limits.ts";
import { type Outcome, notFound, ok } from "./outcome.ts";
import { pinnable, pinsWrite, readPins, withPin } from "./pins.ts";
import type { PinInput } from "./types.ts";

/** Pin a memory, or no longer. Errors: `MemoryNotFound`, `NotTrusted`, `TooManyPins`. */
export async function pin({ ports }: Engine, { uri, pinned = true }: PinInput): Promise<Outcome<{ pins: string[] }>> {
  for (let attempt = 1; ; attempt++) {
    const pins = await readPins(ports);
    const next = pinned ? await added() : removed();
    if (!next.ok) return next;
    if (next.value.length === pins.uris.length) return ok({ pins: pins.uris });
    const written = await ports.records.write([pinsWrite(next.value, pins, ports.now())]);
    if (written.ok) return ok({ pins: next.value });
    if (written.error.name !== "InvalidSwap" || attempt >= WRITE_TRIES) return written;

    async function added(): Promise<Outcome<string[]>> {
      const memory = await pinnable(ports, uri);
      return memory.ok ? withPin(ports, pins, uri, memory.value) : memory;
    }

    function removed(): Outcome<string[]> {
      return pins.uris.includes(uri) ? ok(pins.uris.filter((one) => one !== uri)) : notFound(uri);
    }
  }
}
