import { type Outcome, type OutboxRow, fail } from "@rookery/sync";
import { inTurns } from "./in-turns.ts";
import type { Workshop } from "./provisioning.ts";

/** An agent that is made, and what the relay is to be told of it, in order. */
export interface Birth {
  did: string;
  rows: OutboxRow[];
}

/** How long all of them wait for the relay: no longer than one alone does. */
const RELAY_WAIT_MS = 5_000;

/** Agents that are asked at a time, where the relay was not told. */
const WIDTH = 16;

type Told = Pick<Workshop, "relay" | "agent">;

/**
 * Tell the relay of several new agents at once. Where that fails, each agent is asked to see to it by alarm. Returns those of
 * whom the relay may never hear, each with its failure: nobody may hear of them either.
 */
export const tellOfBirths = async (workshop: Told, births: Birth[]): Promise<Map<string, Outcome<never>>> => {
  const unheard = new Map<string, Outcome<never>>();
  if (births.length === 0) return unheard;
  const held = await ingest(workshop, births);
  const left = births.filter(({ rows }, i) => (held[i] ?? 0) < (rows.at(-1)?.n ?? 0));
  await inTurns(left, WIDTH, async ({ did }) => {
    const noted = await announceByAlarm(workshop, did);
    if (!noted.ok) unheard.set(did, noted);
  });
  return unheard;
};

/** Number of the newest event of each that the relay holds; of none when it could not be asked. */
const ingest = async ({ relay }: Told, births: Birth[]): Promise<number[]> => {
  try {
    const answers = await Promise.race([relay.ingestMany(births.map(({ rows }) => rows)), scheduler.wait(RELAY_WAIT_MS).then(() => [])]);
    return answers.map((answer) => (answer.ok ? answer.value.n : 0));
  } catch (error) {
    console.error(JSON.stringify({ event: "births-untold", count: births.length, error: String(error) }));
    return [];
  }
};

const announceByAlarm = async ({ agent }: Told, did: string): Promise<Outcome<null>> => {
  try {
    return await agent(did).announceByAlarm();
  } catch (error) {
    console.error(JSON.stringify({ event: "provision-failed", did, error: String(error) }));
    return fail(500, "InternalServerError", "Internal Server Error");
  }
};
