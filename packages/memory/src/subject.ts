import type { Engine } from "./engine.ts";
import { plainSubject, subjectHash } from "./record/entry-of.ts";

/**
 * Path of the one record of a subject: under its own key, which nobody can tell without the agent's secret. Where there is
 * none under it, the index is asked: the secret may have been another's, of the colony before the owner took the keys.
 */
export async function pathOfSubject(engine: Engine, subject: string): Promise<string> {
  const path = `fact/${await engine.ports.subjectKey(plainSubject(subject))}`;
  const [there] = await engine.ports.records.read([path]);
  if (there !== undefined) return path;
  await engine.catchUpAll();
  return engine.index().ofSubject(subjectHash(subject)) ?? path;
}
