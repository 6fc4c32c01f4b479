import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What no answer of a colony may ever hold: its own secrets, in every form in which they could slip out. */
export const secretsOf = (folder: string): string[] => {
  const kept = JSON.parse(readFileSync(join(folder, "secrets.json"), "utf8")) as Record<string, unknown>;
  return Object.values(kept).flatMap((value) => {
    if (typeof value !== "string" || value.length < 8) return [];
    const bytes = Buffer.from(value, /^[0-9a-f]{64}$/.test(value) ? "hex" : "base64url");
    return [value, bytes.toString("hex"), bytes.toString("base64url"), bytes.toString("base64").replace(/=+$/, "")];
  });
};
