import { open, readFile, rename } from "node:fs/promises";
import type { KeyStore } from "./sealing/key-store.ts";

/**
 * Keys in a file, for Node. Readable for its owner only; written beside and renamed, so that a crash leaves the old or the
 * new. A file that is there and cannot be read is an error: keys are never made anew over it.
 */
export const fileKeyStore = (path: string): KeyStore => ({
  load: async () => {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  },
  save: async (text) => {
    const beside = `${path}.new`;
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  },
});
