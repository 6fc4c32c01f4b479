import type { TestProject } from "vitest/node";
import { startHouse } from "./house.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Origin of the colony under test, e.g. `http://localhost:41234`. */
    origin: string;
    /** Origin of its relay view. */
    relayOrigin: string;
    /** PLC directory that it uses. */
    plcUrl: string;
    /** Admin's secret. */
    adminKey: string;
    /** State folder of the colony. */
    folder: string;
  }
}

/** Starts what all tests share; the colony's own log must hold no unexpected error at the end. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const house = await startHouse();
  project.provide("origin", house.origin);
  project.provide("relayOrigin", house.relayOrigin);
  project.provide("plcUrl", house.plcUrl);
  project.provide("adminKey", house.adminKey);
  project.provide("folder", house.folder);
  return async () => {
    await house.stop();
    const unexpected = house.log().split("\n").filter((line) => line.includes('"unexpected"'));
    if (unexpected.length > 0) throw new Error(`The colony met errors it did not foresee:\n${unexpected.slice(0, 5).join("\n")}`);
  };
};
