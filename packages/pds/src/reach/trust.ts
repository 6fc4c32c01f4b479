import { collectionsOf } from "@rookery/lexicon-agent-comms";
import type { DeliveryHint } from "@rookery/sync";
import type { Verified } from "../inbox/verify.ts";
import type { SourceName } from "../ports.ts";
import { insertMessage, newestAt } from "../store/inbox.ts";
import { Correspondents } from "./correspondents.ts";
import { type Judgement, judge } from "./judge.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Tally } from "./tally.ts";
import { type Counted, EVERYBODY, Usages } from "./usage.ts";

/** Counters' names begin with what is counted. */
const KINDS = { message: "message", question: "question" } as const;
const UNKNOWN_HOST = "?";

interface Rooms {
  sql: SqlStorage;
  policy: PolicyStore;
  quarantine: Quarantine;
  tally: Tally;
  /** Something was quarantined: the oldest has to be looked at again at this time. */
  quarantined: (expiresAt: number) => void;
}

/** Whom an agent hears: what follows from its policy for each message that was verified, before anything of it is opened. */
export class Trust {
  readonly #rooms: Rooms;
  readonly #usages: Usages;
  readonly #correspondents: Correspondents;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#usages = new Usages(rooms.sql);
    this.#correspondents = new Correspondents(rooms.sql);
  }

  /**
   * Put a verified message where it belongs, within the caller's transaction: into the inbox, into quarantine, or nowhere when
   * its sender is blocked. A retraction of what is in the inbox always counts; of nothing else there is anything to decide.
   */
  receive(message: Verified, source: SourceName, now: number): void {
    const { sql, quarantine, tally, quarantined } = this.#rooms;
    const newest = newestAt(sql, `${message.author}/${message.path}`);
    const isDelete = message.action === "delete";
    if (isDelete ? quarantine.retract(message.author, message.path, message.rev) && newest === undefined : quarantine.has(message.identity)) return;
    const judgement = this.#judge(message, newest, source, now);
    if (judgement.kind === "block") return tally.add("blocked", 1);
    if (judgement.kind === "quarantine") {
      if (isDelete) return;
      quarantine.put(message, source, judgement.why, now);
      return quarantined(quarantine.nextExpiry() ?? now);
    }
    const isNew = insertMessage(sql, message, source, new Date(now).toISOString());
    if (isNew && judgement.counts !== undefined) this.#usages.count(judgement.counts, message.bytes?.length ?? 0, now);
  }

  /** The agent has written, within the commit's transaction. */
  wrote(hints: DeliveryHint[], now: number): void {
    for (const { action, path, to } of hints) {
      if (action !== "create" || to === "all") continue;
      const collection = path.slice(0, path.indexOf("/"));
      if (collection !== collectionsOf.receipt) for (const did of to) for (const kind of Object.values(KINDS)) this.#usages.answered(`${kind} ${did}`, now);
      this.#correspondents.note(collection, to, now);
    }
  }

  /** Whether the agent has written to somebody of its own accord. */
  hasWrittenTo(did: string): boolean {
    return this.#correspondents.has(did);
  }

  #judge(message: Verified, newest: ReturnType<typeof newestAt>, source: SourceName, now: number): Judgement & { counts?: Counted } {
    const { author, path, action, cid, bytes, host = UNKNOWN_HOST } = message;
    const { effective, allowed, blocked } = this.#rooms.policy.held;
    // What was taken already, or takes back what was, is nothing new.
    if (newest !== undefined && (action === "delete" ? newest.action === "create" : newest.cid === cid)) return { kind: "take" };
    if (blocked.has(author)) return { kind: "block" };
    if (allowed.has(author) || (source === "colony" && effective.colonyIsKnown) || this.#correspondents.has(author)) return { kind: "take" };
    const isQuestion = path.startsWith(`${collectionsOf.question}/`);
    const kind = isQuestion ? KINDS.question : KINDS.message;
    const names: Counted = { sender: `${kind} ${author}`, host: `${kind} at ${host}` };
    const judgement = judge({
      policy: effective, isQuestion, bytes: bytes?.length ?? 0,
      sender: this.#usages.of(names.sender, now), host: this.#usages.of(names.host, now), everybody: this.#usages.of(EVERYBODY, now),
    });
    return judgement.kind === "take" ? { ...judgement, counts: names } : judgement;
  }
}
