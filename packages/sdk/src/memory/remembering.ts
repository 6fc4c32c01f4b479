import type { AgentMemoryRememberOutput } from "@rookery/lexicon-agent-comms";
import { type Deadline, datetimeOf } from "../deadline.ts";
import type { Memory, MemoryView, RecallInput, RememberInput } from "./memory.ts";

/** Of each kind what may be said besides the text; times in any form. */
export type RememberOptions = Omit<RememberInput, "text" | "occurredAt" | "validFrom" | "validTo" | "privacy"> & {
  occurredAt?: Deadline;
  validFrom?: Deadline;
  validTo?: Deadline;
  /** `sealed`, for the agent alone, unless it is said to be public. */
  privacy?: "sealed" | "public";
};

/** How to look, beside what for. */
export type RecallOptions = Omit<RecallInput, "query" | "since" | "until" | "asOf"> & { since?: Deadline; until?: Deadline; asOf?: Deadline };

/** A memory that was found. */
export interface Recalled extends MemoryView {
  text: string;
  tags: string[];
}

const moments = <K extends string>(given: { [key in K]?: Deadline }, names: readonly K[]): { [key in K]?: string } => {
  const found: { [key in K]?: string } = {};
  for (const name of names) {
    const when = given[name];
    if (when !== undefined) found[name] = datetimeOf(when);
  }
  return found;
};

/** What an agent remembers: the part of it that its author calls. */
export class Remembering {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** What is seldom asked of it: `compact` and `stats`. @throws ColonyError */
  get memory(): Pick<Memory, "compact" | "stats"> {
    return this.#memory;
  }

  /** Write something down, sealed for the agent alone. With `subject`, a fact takes the place of what was known of it. @throws ColonyError */
  remember(text: string, { occurredAt, validFrom, validTo, privacy, ...options }: RememberOptions = {}): Promise<AgentMemoryRememberOutput> {
    const given = { ...(occurredAt === undefined ? {} : { occurredAt }), ...(validFrom === undefined ? {} : { validFrom }), ...(validTo === undefined ? {} : { validTo }) };
    const kind = options.kind ?? (options.subject === undefined ? "note" : "fact");
    return this.#memory.remember({ ...options, kind, text, ...moments(given, ["occurredAt", "validFrom", "validTo"]), ...(privacy === "public" ? { privacy } : {}) });
  }

  /** What fits the query, best first, and nothing when nothing does; without a query the newest. @throws ColonyError */
  async recall(query?: string, { since, until, asOf, ...options }: RecallOptions = {}): Promise<Recalled[]> {
    const given = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }), ...(asOf === undefined ? {} : { asOf }) };
    const found = await this.#memory.recall({ ...options, ...(query === undefined ? {} : { query }), ...moments(given, ["since", "until", "asOf"]) });
    return found.map((memory) => ({ ...memory, text: textIn(memory.value), tags: tagsIn(memory.value) }));
  }

  /** Delete a memory, with all that it had superseded. @param what its at-uri, or the subject of a fact. @returns at-uris of what was deleted. */
  forget(what: string | { subject: string }): Promise<string[]> {
    return this.#memory.forget(typeof what === "string" ? { uri: what } : what);
  }

  /** Keep a memory in mind all the time, or no longer: `recall(undefined, { pinned: true })`. @returns at-uris of all that is pinned. */
  pin(uri: string, pinned = true): Promise<string[]> {
    return this.#memory.pin(uri, pinned);
  }
}

const textIn = ({ text }: Record<string, unknown>): string => (typeof text === "string" ? text : "");
const tagsIn = ({ tags }: Record<string, unknown>): string[] => (Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === "string") : []);
