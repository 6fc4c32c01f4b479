import type { AgentState } from "../state.ts";
import { ownSealedRecord } from "../sealing/own-record.ts";

/** The sealed records of the agent's own that a handoff lists: what the next worker has to be granted, and nothing else. */
export function listedRecords(state: Pick<AgentState, "sql" | "account">, { records }: Record<string, unknown>): string[] {
  if (!Array.isArray(records)) return [];
  const uris = records.map((one) => {
    const { record } = Object(one) as { record?: { uri?: unknown } };
    return record?.uri;
  });
  return [...new Set(uris)].filter((uri): uri is string => typeof uri === "string" && ownSealedRecord(state, uri).ok);
}
