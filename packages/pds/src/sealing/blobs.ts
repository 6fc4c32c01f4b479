import { fileOfPart } from "@rookery/envelope";
import type { BlobJson } from "@rookery/lexicon-agent-comms";
import { type Outcome, ok } from "@rookery/sync";
import type { AgentState } from "../state.ts";
import { cannotSeal } from "./faults.ts";

/** The encrypted blobs whose keys are in a record, as they were uploaded: sealed content lists them. Error: `CannotSeal` (400) for one that was not. */
export function sealedBlobs({ blobs }: Pick<AgentState, "blobs">, record: Record<string, unknown>): Outcome<BlobJson[]> {
  const found: BlobJson[] = [];
  for (const cid of cidsIn(record)) {
    const blob = blobs.uploaded(cid);
    if (blob === undefined) return cannotSeal(`The encrypted file ${cid} was not uploaded`);
    found.push({ $type: "blob", ref: { $link: cid }, mimeType: blob.mimeType, size: blob.size });
  }
  return ok(found);
}

/** CIDs of the sealed files anywhere in it. It has passed as data, so its depth is bounded. */
function cidsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  const file = fileOfPart(value);
  if (file !== undefined) found.add(file.cid);
  else for (const inner of Object.values(value)) cidsIn(inner, found);
  return found;
}
