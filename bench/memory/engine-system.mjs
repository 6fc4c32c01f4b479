import { FakeRepo, fakeMemory } from "../../packages/memory/test/fake-repo.ts";
import { K, dateOf } from "./evaluate.mjs";

/** The engine, whole, over a repository in memory. @returns {import("./evaluate.mjs").System} */
export const engineSystem = (ports = {}) => {
  const { memory, clock } = fakeMemory(new FakeRepo(), ports);
  const names = new Map();
  const uris = new Map();
  return {
    remember: async ([name, day, kind, text, { subject, tags, importance, supersedes } = {}]) => {
      clock.now = Date.parse(dateOf(day));
      const input = { kind, text, ...(subject && { subject }), ...(tags && { tags }), ...(importance && { importance }), ...(supersedes && { supersedes: uris.get(supersedes) }) };
      const done = await memory.remember(input);
      if (!done.ok) throw new Error(`${name}: ${done.error.message}`);
      // What was known of the subject has moved.
      if (subject && done.value.supersedes) names.set(done.value.supersedes, names.get(done.value.uri));
      names.set(done.value.uri, name);
      uris.set(name, done.value.uri);
    },
    ask: async ({ ask, asOf, tags, kinds }, now) => {
      clock.now = Date.parse(dateOf(150));
      const found = await memory.recall({ query: ask, limit: K, ...(asOf === undefined ? {} : { asOf: now }), ...(tags && { tags }), ...(kinds && { kinds }) });
      if (!found.ok) throw new Error(found.error.message);
      return found.value.memories.map(({ uri }) => names.get(uri) ?? uri);
    },
  };
};
