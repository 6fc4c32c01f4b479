import { describe, expect, it } from "vitest";
import { LOOKUP_BURST, LOOKUPS_PER_SECOND } from "./settings.ts";
import { Identities } from "./identities.ts";

/** Look-ups in their order, and what was waited for. */
function scene(documents: (did: string) => unknown = (id) => ({ id })) {
  const seen = { now: 0, asked: 0, waited: 0 };
  const identities = new Identities({
    resolveDid: async (did) => {
      seen.asked++;
      return documents(did);
    },
    now: () => seen.now,
    wait: async (ms) => void (seen.waited = Math.max(seen.waited, ms)),
  });
  return { identities, seen };
}

const didAt = (i: number): string => `did:web:a${i}.org`;

describe("look-ups that a host causes", () => {
  it("wait beyond a burst", async () => {
    const { identities, seen } = scene();
    for (let i = 0; i < LOOKUP_BURST; i++) await identities.of(didAt(i), false);
    expect(seen.waited).toBe(0);
    for (let i = 0; i < LOOKUPS_PER_SECOND; i++) await identities.of(didAt(LOOKUP_BURST + i), false);
    expect(seen.waited).toBe(1_000);
  });

  it("are only those that the cache does not spare: fresh ones, doubted ones, failed ones, and none of what is known", async () => {
    const spend = async (again: (identities: Identities, did: string) => Promise<unknown>, documents?: (did: string) => unknown) => {
      const { identities, seen } = scene(documents);
      for (let i = 0; i < LOOKUP_BURST; i++) await identities.of(didAt(i), false);
      for (let i = 0; i < 10; i++) {
        seen.now += 3;
        await again(identities, didAt(i));
      }
      return seen.waited;
    };
    expect(await spend((identities, did) => identities.of(did, false))).toBe(0);
    expect(await spend((identities, did) => identities.of(did, true))).toBeGreaterThan(0);
    expect(await spend((identities, did) => (identities.doubt(did), identities.of(did, false)))).toBeGreaterThan(0);
    expect(await spend((identities, did) => identities.of(did, false), () => undefined)).toBeGreaterThan(0);
    expect(await spend((identities, did) => identities.of(did, false), () => Promise.reject(new Error("down")))).toBeGreaterThan(0);
  });
});
