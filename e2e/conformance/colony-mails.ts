import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Mail } from "./side.ts";

/** Mails that a local colony wrote into its state folder, oldest first. */
export const colonyMails = (folder: string): Mail[] => {
  const box = join(folder, "mail");
  if (!existsSync(box)) return [];
  const files = readdirSync(box).filter((file) => file.endsWith(".json")).toSorted();
  return files.map((file): Mail => JSON.parse(readFileSync(join(box, file), "utf8")));
};
