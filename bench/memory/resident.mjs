import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * What an engine with so many memories keeps in the heap between questions, in bytes: with the pages that it keeps, and
 * without; and how much the pages are in storage. A process of its own, so that nothing else is counted.
 * @param {number} count @returns {Promise<{ awake: number, evicted: number, stored: number }>}
 */
export const residentOf = async (count) => {
  const child = spawn(process.execPath, ["--expose-gc", "--disable-warning=ExperimentalWarning", fileURLToPath(new URL("resident-process.mjs", import.meta.url)), `${count}`], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const chunk of child.stdout) said += chunk;
  return JSON.parse(said);
};
