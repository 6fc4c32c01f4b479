import { afterAll, beforeAll, inject } from "vitest";
import { type House, startHouse } from "./house.ts";

/** What tests know of the colony they ask. */
export type Colony = Pick<House, "origin" | "relayOrigin" | "plcUrl" | "adminKey" | "folder">;

/** Of this test file: files do not share modules. */
let own: House | undefined;

/** The colony that this file's tests ask: the one that all files share, or their own. */
export const colony = (): Colony =>
  own ?? { origin: inject("origin"), relayOrigin: inject("relayOrigin"), plcUrl: inject("plcUrl"), adminKey: inject("adminKey"), folder: inject("folder") };

/**
 * A colony of this file's own, for accounts that change keys, hosts or DID documents: what they signed before, nobody can verify who
 * reads the stream from its beginning, as readers in other files do.
 */
export const useOwnColony = (): void => {
  beforeAll(async () => {
    own = await startHouse();
  });
  afterAll(async () => {
    await own?.stop();
    own = undefined;
  });
};
