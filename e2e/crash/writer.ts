import { cidOf, cidToString, encode, jsonToLexMap } from "@rookery/repo";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../packages/repo/src/testing/random.ts";
import { sha256 } from "../test/sha256.ts";
import { ask } from "./client.ts";
import { Ledger, type Changes, type Value } from "./ledger.ts";

/** One request that changes a repository. */
export interface Write {
  nsid: string;
  body: object;
  changes: Changes;
}

/** Chooses the next write, given the records that are there. */
export type Choose = (random: Random, ledger: Ledger) => Write;

/** CID that a record will have. */
export const cidOfRecord = (record: object): string => cidToString(cidOf(sha256, encode(jsonToLexMap(record))));

/** How many writes were answered, and how many requests got no answer. */
export interface Tally {
  answered: number;
  lost: number;
}

export interface WriterSettings {
  origin: string;
  token: string;
  choose: Choose;
  seed: number;
  tally: Tally;
}

/** Of the requests without an answer, this part is asked again until there is one; the outcome of the rest stays unknown. */
const ASKED_AGAIN = 0.5;

/** Writes one thing after another, without pause, in a collection of its own that nobody else writes in. */
export class Writer {
  readonly ledger = new Ledger();
  readonly #settings: WriterSettings;
  readonly #random: Random;

  constructor(settings: WriterSettings) {
    this.#settings = settings;
    this.#random = new Random(settings.seed);
  }

  /** @throws Error when a write is refused that should not be, or answered with another CID than its record's. */
  async run(until: AbortSignal): Promise<void> {
    while (!until.aborted) await this.#write(this.#settings.choose(this.#random, this.ledger));
  }

  async #write({ nsid, body, changes }: Write): Promise<void> {
    const { origin, token, tally } = this.#settings;
    for (let isRepeat = false; ; ) {
      const reply = await ask(origin, nsid, { token, body });
      if (reply.kind === "unreachable") {
        await sleep(50);
        continue;
      }
      if (reply.kind === "answered") checkCids(reply.json, changes);
      // Record keys are chosen here and never twice: if it is there, an earlier try of this write made it.
      const hadLanded = isRepeat && reply.kind === "refused" && reply.message.startsWith("Record already exists");
      if (reply.kind === "answered" || hadLanded) {
        tally.answered++;
        this.ledger.answered(changes);
        return;
      }
      if (reply.kind === "refused") throw new Error(`${nsid} answers ${reply.status} ${reply.error}: ${reply.message}`);
      tally.lost++;
      isRepeat = true;
      if (this.#random.next() < ASKED_AGAIN) continue;
      this.ledger.unknown(changes);
      return;
    }
  }
}

const checkCids = (json: unknown, changes: Changes): void => {
  const { results, ...single } = json as { uri?: string; cid?: string; results?: { uri?: string; cid?: string }[] };
  for (const { uri, cid } of results ?? [single]) {
    const path = uri?.split("/").slice(3).join("/");
    if (path !== undefined && changes.get(path) !== cid) throw new Error(`${path} was answered with ${cid}, its record is ${changes.get(path)}`);
  }
};

/** Creates, updates and deletes of single records. */
export const notesOf = (did: string, collection: string): Choose => {
  let count = 0;
  return (random, ledger) => {
    const dice = random.next();
    const path = dice < 0.5 || ledger.present.length === 0 ? undefined : random.pick(ledger.present);
    const rkey = path?.slice(collection.length + 1) ?? `n${count}`;
    const here = { repo: did, collection, rkey };
    const changes = (value: Value) => new Map([[`${collection}/${rkey}`, value]]);
    if (path !== undefined && dice > 0.8) return { nsid: "com.atproto.repo.deleteRecord", body: here, changes: changes(null) };
    const record = { $type: collection, text: `note ${count++}`, filler: "x".repeat(random.int(400)) };
    return { nsid: `com.atproto.repo.${path === undefined ? "create" : "put"}Record`, body: { ...here, record }, changes: changes(cidOfRecord(record)) };
  };
};

/** applyWrites of a few operations; the first is always a create, which tells on a repeat whether the batch had landed. */
export const batchesOf = (did: string, collection: string): Choose => {
  let count = 0;
  return (random, ledger) => {
    const changes = new Map<string, Value>();
    const writes: object[] = [];
    const add = (action: "create" | "update" | "delete", rkey: string) => {
      const path = `${collection}/${rkey}`;
      if (changes.has(path)) return;
      const value = { $type: collection, number: count++ };
      changes.set(path, action === "delete" ? null : cidOfRecord(value));
      writes.push({ $type: `com.atproto.repo.applyWrites#${action}`, collection, rkey, ...(action === "delete" ? {} : { value }) });
    };
    for (let left = 1 + random.int(12); left > 0; left--) add("create", `b${count}`);
    for (let left = ledger.present.length === 0 ? 0 : random.int(12); left > 0; left--) {
      const rkey = random.pick(ledger.present).slice(collection.length + 1);
      add(random.int(2) === 0 ? "update" : "delete", rkey);
    }
    return { nsid: "com.atproto.repo.applyWrites", body: { repo: did, writes }, changes };
  };
};
