import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { ROOT } from "../../scripts/lib/paths.mjs";

/** The README's examples of a section, with this run's addresses in place of those of `npm start`. */
export const examplesOf = (section: string): string[] => {
  const [, text = ""] = readFileSync(join(ROOT, "README.md"), "utf8").split(`\n## ${section}\n`);
  const [body = ""] = text.split("\n## ");
  return Array.from(body.matchAll(/```ts\n([\s\S]*?)```/g), ([, code = ""]) =>
    code.replaceAll("http://localhost:3000", inject("origin")).replaceAll("http://localhost:2582", inject("plcUrl")),
  );
};
