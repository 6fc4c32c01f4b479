import { BlobRef, type LexBlob, type Lexicons, type LexRefVariant, type LexUserType } from "@atproto/lexicon";
import { type Verdict, refuse } from "./verdict.ts";

type Definition = LexUserType | LexBlob | LexRefVariant | { type: "unknown" | "boolean" | "integer" | "string" | "bytes" | "cid-link" };

/**
 * Judge the blobs of a value that is otherwise valid by the `accept` and `maxSize` of their definitions, which
 * `@atproto/lexicon` leaves out. `value` holds BlobRef instances.
 */
export function checkBlobLimits(lexicons: Lexicons, definition: Definition, value: unknown, path = "Record"): Verdict {
  if (!mayHoldBlobs(lexicons, definition)) return fine;
  switch (definition.type) {
    case "blob":
      return value instanceof BlobRef ? checkBlob(definition, value, path) : fine;
    case "record":
      return checkBlobLimits(lexicons, definition.record, value, path);
    case "object":
      return checkEach(Object.entries(definition.properties ?? {}), ([name, property]) =>
        isFields(value) ? checkBlobLimits(lexicons, property, value[name], `${path}/${name}`) : fine,
      );
    case "array":
      return checkEach(Array.isArray(value) ? [...value.entries()] : [], ([index, item]) =>
        checkBlobLimits(lexicons, definition.items, item, `${path}/${index}`),
      );
    case "ref":
      return checkBlobLimits(lexicons, lexicons.getDefOrThrow(definition.ref), value, path);
    case "union": {
      const member = isFields(value) ? memberOf(definition.refs, value.$type) : undefined;
      return member === undefined ? fine : checkBlobLimits(lexicons, lexicons.getDefOrThrow(member), value, path);
    }
    default:
      return fine;
  }
}

const fine: Verdict = { ok: true };

/** The reference of a union that `$type` names; `#main` may be said or left out. */
function memberOf(refs: string[], type: unknown): string | undefined {
  const wanted = `lex:${String(type)}`.replace(/#main$/, "");
  return refs.find((ref) => ref.replace(/#main$/, "") === wanted);
}

function checkEach<T>(items: T[], check: (item: T) => Verdict): Verdict {
  for (const item of items) {
    const verdict = check(item);
    if (!verdict.ok) return verdict;
  }
  return fine;
}

function checkBlob({ accept, maxSize }: LexBlob, blob: BlobRef, path: string): Verdict {
  if (accept && !accept.some((pattern) => accepts(pattern, blob.mimeType))) {
    return refuse(`${path}/mimeType must be one of (${accept.join("|")}), got ${blob.mimeType.slice(0, 128)}`);
  }
  if (maxSize !== undefined && blob.size > maxSize) return refuse(`${path} must not be larger than ${maxSize} bytes`);
  return fine;
}

const accepts = (pattern: string, mimeType: string): boolean =>
  pattern === "*/*" || pattern === mimeType || (pattern.endsWith("/*") && mimeType.startsWith(pattern.slice(0, -1)));

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const known = new WeakMap<object, boolean>();

/** Whether a value of this definition can hold a blob: most cannot, and are then not walked at all. */
function mayHoldBlobs(lexicons: Lexicons, definition: Definition): boolean {
  const answer = known.get(definition);
  if (answer !== undefined) return answer;
  const found = leadsToBlob(lexicons, definition, new Set());
  known.set(definition, found);
  return found;
}

/** `seen` because definitions may refer to themselves. */
function leadsToBlob(lexicons: Lexicons, definition: Definition, seen: Set<Definition>): boolean {
  if (definition.type === "blob") return true;
  if (seen.has(definition)) return false;
  seen.add(definition);
  return partsOf(lexicons, definition).some((part) => leadsToBlob(lexicons, part, seen));
}

function partsOf(lexicons: Lexicons, definition: Definition): Definition[] {
  switch (definition.type) {
    case "record":
      return [definition.record];
    case "object":
      return Object.values(definition.properties ?? {});
    case "array":
      return [definition.items];
    case "ref":
      return [lexicons.getDefOrThrow(definition.ref)];
    case "union":
      return definition.refs.map((ref) => lexicons.getDefOrThrow(ref));
    default:
      return [];
  }
}
