import { ids } from "@rookery/lexicon-agent-comms";
import { readRecord } from "./records.ts";

/** Larger ones are listed nowhere (the relay's MAX_PROFILE_BYTES), so they need not travel. */
const MAX_PROFILE_BYTES = 64_000;

/** What the agent says of itself, as the directory takes it from a `#sync` (OutboxRow): base64; null when there is nothing, or too much. */
export function ownProfile(sql: SqlStorage): string | null {
  const record = readRecord(sql, `${ids.AgentCommsProfile}/self`);
  return record === undefined || record.data.length > MAX_PROFILE_BYTES ? null : Buffer.from(record.data).toString("base64");
}
