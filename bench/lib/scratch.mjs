import { mkdtempSync, rmSync } from "node:fs";
import { stopAll } from "./server-process.mjs";

/**
 * Does something in a fresh folder. When it ends, also by a signal, all servers that were started are stopped and the folder is gone.
 * @template T
 * @param {string} prefix Path that the folder's begins with. @param {(folder: string) => Promise<T>} work @returns {Promise<T>}
 */
export const inScratchFolder = async (prefix, work) => {
  const folder = mkdtempSync(prefix);
  const clean = async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => void clean().then(() => process.exit(130)));
  try {
    return await work(folder);
  } finally {
    await clean();
  }
};
