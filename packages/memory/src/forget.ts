import type { Engine } from "./engine.ts";
import { linksOf, pathAt } from "./index/page.ts";
import { COLLECT_BATCH, WRITE_TRIES } from "./limits.ts";
import { type Outcome, invalid, notFound, ok } from "./outcome.ts";
import { pinsWrite, readPins } from "./pins.ts";
import type { MemoryWrite } from "./ports.ts";
import { collectionOf, partsOf, pathOfUri, uriOf } from "./record/place.ts";
import { pathOfSubject } from "./subject.ts";
import type { ForgetInput } from "./types.ts";

/** Delete a memory and its past. Error: `MemoryNotFound`; those of writing, and then some of it may be gone already. */
export async function forget(engine: Engine, { uri, subject }: ForgetInput): Promise<Outcome<{ forgotten: string[] }>> {
  if ((uri === undefined) === (subject === undefined)) return invalid("Say the uri of a memory, or the subject of a fact: one of the two");
  const path = subject === undefined ? pathOfUri(engine.ports.did, uri ?? "") : await pathOfSubject(engine, subject);
  for (let attempt = 1; ; attempt++) {
    const [found] = path === undefined ? [] : await engine.ports.records.read([path]);
    if (path === undefined || found === undefined) return notFound(uri ?? "this subject");
    const gone = await forgetAt(engine, path, found === "unreadable" ? undefined : found.cid);
    // Told anew by somebody else meanwhile, and what was known moved aside: that goes too.
    if (gone.ok || gone.error.name !== "InvalidSwap" || attempt >= WRITE_TRIES) return gone;
  }
}

async function forgetAt(engine: Engine, path: string, cid: string | undefined): Promise<Outcome<{ forgotten: string[] }>> {
  const { ports } = engine;
  // What belongs to it is only known when the index knows everything.
  await engine.catchUpAll();
  const gone = withPast(engine, path);
  const pins = await readPins(ports);
  const uris = gone.map((one) => uriOf(ports.did, one));
  const left = pins.uris.filter((pinned) => !uris.includes(pinned));
  if (left.length < pins.uris.length) {
    const unpinned = await ports.records.write([pinsWrite(left, pins, ports.now())]);
    if (!unpinned.ok) return unpinned;
  }
  // The past first: if this ends early, what is left is the present, and can be forgotten again.
  const deleted = await deleteAll(engine, gone.toReversed(), cid === undefined ? {} : { [path]: cid });
  return deleted.ok ? ok({ forgotten: uris }) : deleted;
}

/** Delete memories, some in each commit, and take them out of the index. @param only CIDs that some of them must have now */
export async function deleteAll(engine: Engine, paths: readonly string[], only: Readonly<Record<string, string>> = {}): Promise<Outcome<null>> {
  for (let at = 0; at < paths.length; at += COLLECT_BATCH) {
    const writes = paths.slice(at, at + COLLECT_BATCH).map((path): MemoryWrite => {
      const { kind, rkey } = partsOf(path);
      const swap = only[path];
      return { collection: collectionOf[kind], rkey, ...(swap === undefined ? {} : { swap }) };
    });
    const written = await engine.ports.records.write(writes);
    if (!written.ok) return written;
  }
  await engine.catchUpAll();
  return ok(null);
}

/**
 * The memory, all that it had superseded or condensed, and the summaries that tell of any of it: those would go on telling it.
 * What else such a summary was made of is found by itself again.
 */
function withPast(engine: Engine, path: string): string[] {
  const older = new Map<string, string[]>();
  const summaries = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, from: string, to: string) => map.set(from, [...(map.get(from) ?? []), to]);
  for (const page of engine.index().pages())
    for (const [i, { supersededBy, supersedes, sources = [] }] of linksOf(page)) {
      const at = pathAt(page, i);
      if (supersededBy !== undefined) note(older, supersededBy, at);
      if (supersedes !== undefined) note(older, at, supersedes);
      for (const source of sources) {
        note(older, at, source);
        note(summaries, source, at);
      }
    }
  const gone = new Set([path]);
  for (const one of gone) for (const past of older.get(one) ?? []) gone.add(past);
  for (const one of [...gone]) for (const summary of summaries.get(one) ?? []) gone.add(summary);
  const index = engine.index();
  return [...gone].filter((one) => one === path || index.has(one));
}
