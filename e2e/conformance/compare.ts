import { isDeepStrictEqual } from "node:util";
import type { Reduced } from "./reduce.ts";

/** One way in which two answers differ. */
export interface Difference {
  /** E.g. `status`, `error`, `body.commit.rev`, `headers.content-type`. */
  field: string;
  official: unknown;
  colony: unknown;
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function* walk(field: string, official: unknown, colony: unknown): Generator<Difference> {
  if (isDeepStrictEqual(official, colony)) return;
  if (Array.isArray(official) && Array.isArray(colony) && official.length === colony.length) {
    for (const [i, item] of official.entries()) yield* walk(`${field}.${i}`, item, colony[i]);
  } else if (isMap(official) && isMap(colony)) {
    for (const name of new Set([...Object.keys(official), ...Object.keys(colony)])) yield* walk(field === "" ? name : `${field}.${name}`, official[name], colony[name]);
  } else {
    yield { field, official, colony };
  }
}

/** Everything in which two answers to the same request differ; `absent` where one says nothing. */
export const differences = (official: Reduced | undefined, colony: Reduced | undefined): Difference[] =>
  [...walk("", official ?? {}, colony ?? {})].map(({ field, official: theirs, colony: ours }) => ({ field, official: theirs === undefined ? "(absent)" : theirs, colony: ours === undefined ? "(absent)" : ours }));
