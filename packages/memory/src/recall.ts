import { type Quantized, quantize } from "./embed/quantize.ts";
import type { Engine } from "./engine.ts";
import { type Filter, makeFilter } from "./index/filter.ts";
import { pathOf, search } from "./index/search.ts";
import { MAX_EMBED_CHARS, MAX_QUERY_TERMS, MAX_RECALLED } from "./limits.ts";
import { type Outcome, invalid, ok } from "./outcome.ts";
import { readPins } from "./pins.ts";
import { inOrder, rank } from "./rank/rank.ts";
import { tagHash, timeOf } from "./record/entry-of.ts";
import { pathOfUri, partsOf, uriOf } from "./record/place.ts";
import { hash32, hash53 } from "./text/hash.ts";
import { tokenize } from "./text/tokenize.ts";
import { KINDS, type MemoryView, type RecallInput, type Recalled } from "./types.ts";

interface Found {
  path: string;
  score: number;
}

/** Find memories. Changes nothing that anybody would see. Error: `InvalidRequest`. */
export async function recall(engine: Engine, input: RecallInput): Promise<Outcome<Recalled>> {
  const { ports } = engine;
  const { limit = 10 } = input;
  const wrong = (["since", "until", "asOf"] as const).find((name) => input[name] !== undefined && timeOf(input[name]) === undefined);
  if (wrong !== undefined) return invalid(`${wrong} is not a datetime`);
  if ((timeOf(input.since) ?? 0) > (timeOf(input.until) ?? Number.POSITIVE_INFINITY)) return invalid("until is before since");
  if (input.query === "") return invalid("query is empty: leave it out for the newest");
  const odd = input.kinds?.find((kind) => !KINDS.includes(kind));
  if (odd !== undefined) return invalid(`kinds are of ${KINDS.join(", ")}`);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RECALLED) return invalid(`limit is a number from 1 to ${MAX_RECALLED}`);
  const pending = await engine.catchUp();
  const pins = await readPins(ports);
  const pinned = pins.uris.flatMap((uri) => pathOfUri(ports.did, uri) ?? []);
  const filter = filterOf(input, pinned, ports.now());
  const found = input.query === undefined ? listed(engine, filter) : await fitting(engine, input.query, filter);
  if (input.query === undefined && input.pinned === true) found.sort((a, b) => pinned.indexOf(a.path) - pinned.indexOf(b.path));
  const memories = await viewsOf(engine, found.slice(0, limit), new Set(pinned));
  return ok({ memories, ...(pending === 0 ? {} : { pending }) });
}

function filterOf({ kinds, tags, since, until, asOf, superseded, minTrust, pinned }: RecallInput, pins: readonly string[], now: number): Filter {
  const filter: Filter = { now, pinned: new Set(pins.map(hash53)) };
  if (kinds !== undefined && kinds.length > 0) filter.kinds = kinds;
  if (tags !== undefined) filter.tags = tags.map(tagHash);
  const times = { since: timeOf(since), until: timeOf(until), asOf: timeOf(asOf) };
  if (times.since !== undefined) filter.since = times.since;
  if (times.until !== undefined) filter.until = times.until;
  if (times.asOf !== undefined) filter.asOf = times.asOf;
  if (superseded === true) filter.superseded = true;
  if (minTrust !== undefined) filter.minTrust = minTrust;
  if (pinned === true) filter.onlyPinned = true;
  return filter;
}

/** What fits a question, best first. */
async function fitting(engine: Engine, query: string, filter: Filter): Promise<Found[]> {
  const { embedder } = engine;
  const terms = [...new Set(tokenize(query).map((token) => hash32(token)))].slice(0, MAX_QUERY_TERMS);
  const vector = await vectorOf(engine, query);
  // From here on nothing waits: index and filter are of one moment.
  const index = engine.index();
  const asked = { terms, embedder: embedder.id, vector, minCosine: embedder.unrelated + (embedder.related - embedder.unrelated) / 6 };
  const ranked = rank(search(index, asked, makeFilter(filter, index.superseded)), embedder, filter.now);
  return ranked.slice(0, MAX_RECALLED).map((hit) => ({ path: pathOf(hit), score: hit.score }));
}

async function vectorOf({ embedder, ports }: Engine, query: string): Promise<Quantized> {
  try {
    const [vector] = await embedder.embed([query.slice(0, MAX_EMBED_CHARS)], "query");
    return quantize(vector ?? new Float32Array(embedder.dim));
  } catch (error) {
    ports.onFault?.("embedder-failed", error);
    return quantize(new Float32Array(embedder.dim));
  }
}

/** Everything that passes, newest first. */
function listed(engine: Engine, filter: Filter): Found[] {
  const index = engine.index();
  const passes = makeFilter(filter, index.superseded);
  const hits = [];
  for (const page of index.pages()) for (let i = 0; i < page.count; i++) if (passes(page, i)) hits.push({ page, i, pathHash: page.pathHash[i] as number });
  return hits.sort(inOrder).slice(0, MAX_RECALLED).map((hit) => ({ path: pathOf(hit), score: 0 }));
}

async function viewsOf(engine: Engine, found: readonly Found[], pinned: ReadonlySet<string>): Promise<MemoryView[]> {
  const { did, records } = engine.ports;
  const stored = await records.read(found.map(({ path }) => path));
  const { superseded } = engine.index();
  return found.flatMap(({ path, score }, i) => {
    const one = stored[i];
    // Deleted, or made unreadable, while it was looked for.
    if (typeof one !== "object") return [];
    const view: MemoryView = { uri: one.uri, cid: one.cid, kind: partsOf(path).kind, value: one.value, score: Math.round(score * 1_000_000) };
    if (pinned.has(path)) view.pinned = true;
    if (one.sealed) view.sealed = true;
    const successor = superseded.of(hash53(path));
    if (successor !== undefined) view.supersededBy = uriOf(did, successor.path);
    return [view];
  });
}
