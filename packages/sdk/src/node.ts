import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type KeyStore, KeyStateError } from "@rookery/envelope";

const sync = async (path: string): Promise<void> => {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/**
 * Keys in a file, for Node. Readable for its owner only; written beside and renamed, so that a crash leaves the old or the
 * new. A file that is there and cannot be read is an error: keys are never made anew over it, nor over what another process
 * wrote meanwhile (KeyStateError).
 */
export const fileKeyStore = (path: string): KeyStore => {
  const read = async (): Promise<string | undefined> => {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  };
  /** What is in the file as far as this process knows. */
  let known: string | undefined;
  return {
    load: async () => (known = await read()),
    save: async (text) => {
      if ((await read()) !== known) throw new KeyStateError(`Another process writes ${path}: one agent, one process, one file`);
      const beside = `${path}.new`;
      // Made anew, so that it has the mode that is asked for and is no link to anywhere.
      await rm(beside, { force: true });
      const file = await open(beside, "wx", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
      known = text;
      // The name, too, has to outlive a loss of power; Windows has no such call for folders.
      if (process.platform !== "win32") await sync(dirname(path));
    },
  };
};

/** What `state` of `connect` keeps, in a file, under the same conditions: it says whom the agent works for, and on what. */
export const fileStore = (path: string): KeyStore => fileKeyStore(path);
