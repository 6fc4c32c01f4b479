import type { ComAtprotoRepoApplyWrites } from "@atproto/api";
import type { Person } from "./people.ts";
import type { Random } from "../../packages/repo/src/testing/random.ts";

type Write = ComAtprotoRepoApplyWrites.InputSchema["writes"][number];

/** Collections of a mixed history; their order in the tree is not the order of their first letters alone. */
const COLLECTIONS = ["org.example.alpha", "org.example.alphabet", "org.example.beta"] as const;

/** Few enough that records of equal content are common. */
const CONTENTS = 12;

/** How many of a lane's records there may be before it deletes more than it creates. */
const CROWD = 60;

/**
 * One client of a repository among several that write at the same time. Its record keys are its own, so that it knows
 * what must be there in the end without knowing what the others do.
 */
export class Writer {
  /** Path to CID: what this lane's part of the repository is. */
  readonly records = new Map<string, string>();
  /** Records changed so far. */
  written = 0;
  readonly #person: Person;
  readonly #lane: string;
  readonly #random: Random;
  #next = 0;

  constructor(person: Person, lane: string, random: Random) {
    this.#person = person;
    this.#lane = lane;
    this.#random = random;
  }

  /** Writes until at least `count` records were changed. */
  async run(count: number): Promise<void> {
    while (this.written < count) {
      const dice = this.#random.next();
      if (dice < 0.15) await this.#batch();
      else if (dice < 0.25) await this.#deleteNeighbours();
      else if (dice < 0.4 && this.records.size > 0) await this.#update();
      else if (dice < 0.4 + this.records.size / (2 * CROWD) && this.records.size > 0) await this.#delete(this.#random.pick([...this.records.keys()]));
      else await this.#create();
    }
  }

  /** Lanes meet in the tree: the number is in front, the lane behind it. */
  #newPath(): { collection: string; rkey: string } {
    return { collection: this.#random.pick(COLLECTIONS), rkey: `${String(this.#next++).padStart(5, "0")}.${this.#lane}` };
  }

  #content(): { text: string } {
    return { text: `content ${this.#random.int(CONTENTS)}` };
  }

  #put(path: string, cid: string): void {
    this.records.set(path, cid);
    this.written += 1;
  }

  get #repo() {
    return this.#person.agent.com.atproto.repo;
  }

  async #create(): Promise<void> {
    const { collection, rkey } = this.#newPath();
    const { data } = await this.#repo.createRecord({ repo: this.#person.did, collection, rkey, record: this.#content() });
    this.#put(`${collection}/${rkey}`, data.cid);
  }

  async #update(): Promise<void> {
    const path = this.#random.pick([...this.records.keys()]);
    const [collection = "", rkey = ""] = path.split("/");
    const { data } = await this.#repo.putRecord({ repo: this.#person.did, collection, rkey, record: this.#content(), swapRecord: this.records.get(path) ?? null });
    this.#put(path, data.cid);
  }

  async #delete(path: string): Promise<void> {
    const [collection = "", rkey = ""] = path.split("/");
    await this.#repo.deleteRecord({ repo: this.#person.did, collection, rkey });
    this.records.delete(path);
    this.written += 1;
  }

  /** Records that stand side by side in the tree, one after another or at once. */
  async #deleteNeighbours(): Promise<void> {
    const paths = [...this.records.keys()].toSorted();
    if (paths.length < 4) return this.#create();
    const from = this.#random.int(paths.length - 3);
    const some = paths.slice(from, from + 2 + this.#random.int(3));
    if (this.#random.next() < 0.5) for (const path of some) await this.#delete(path);
    else await this.#apply(some.map((path) => toDelete(path)));
  }

  /** Up to 50 operations of all kinds in one commit. */
  async #batch(): Promise<void> {
    const count = 2 + this.#random.int(49);
    const old = [...this.records.keys()].toSorted();
    const writes: Write[] = [];
    for (let i = 0; i < count; i++) {
      const path = old[i];
      const dice = this.#random.next();
      if (path !== undefined && (dice < 0.5 || this.records.size > CROWD)) writes.push(toDelete(path));
      else if (path !== undefined && dice < 0.7) writes.push({ $type: "com.atproto.repo.applyWrites#update", ...parts(path), value: this.#content() });
      else if (this.records.size + writes.length < 2 * CROWD) writes.push({ $type: "com.atproto.repo.applyWrites#create", ...this.#newPath(), value: this.#content() });
    }
    if (writes.length > 0) await this.#apply(writes);
  }

  async #apply(writes: Write[]): Promise<void> {
    const { data } = await this.#repo.applyWrites({ repo: this.#person.did, writes });
    writes.forEach((write, i) => {
      const result = data.results?.[i];
      const path = `${write.collection}/${write.rkey}`;
      if (result !== undefined && "cid" in result && typeof result.cid === "string") this.records.set(path, result.cid);
      else this.records.delete(path);
    });
    this.written += writes.length;
  }
}

const parts = (path: string): { collection: string; rkey: string } => {
  const [collection = "", rkey = ""] = path.split("/");
  return { collection, rkey };
};

const toDelete = (path: string): Write => ({ $type: "com.atproto.repo.applyWrites#delete", ...parts(path) });
