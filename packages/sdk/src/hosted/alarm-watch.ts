import type { KeyAlarm } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import type { Session } from "../session.ts";

/** How often the colony is asked, in ms: a person looks at it, so minutes do not matter. */
const LOOK_MS = 10 * 60_000;

/** Tells of keys that were exchanged, as the agent's colony has seen it: each once in a run. */
export class AlarmWatch {
  readonly #session: Session;
  readonly #onAlarm: (alarm: KeyAlarm) => void;
  readonly #told = new Set<string>();
  #next = 0;

  constructor(session: Session, onAlarm: (alarm: KeyAlarm) => void) {
    this.#session = session;
    this.#onAlarm = onAlarm;
  }

  /** Look, if it is time. @throws ColonyError */
  async look(): Promise<void> {
    if (Date.now() < this.#next) return;
    this.#next = Date.now() + LOOK_MS;
    const { alarms } = await this.#session.query(ids.AgentCommsGetKeys);
    for (const { did, why, reason } of alarms) {
      const what = `${did} ${why} ${reason}`;
      if (this.#told.has(what)) continue;
      this.#told.add(what);
      this.#onAlarm({ did, why: why === "rolled-back" ? "rolled-back" : "substituted", reason });
    }
  }
}
