import { join } from "node:path";
import { cidToString, nextTid } from "@rookery/repo";
import { expect } from "vitest";
import { until } from "../test/until.ts";
import { verifyArchive } from "./archive.ts";
import { ask, insist, type Reply } from "./client.ts";
import { Colony } from "./colony.ts";
import type { Changes } from "./ledger.ts";
import { bySender, readInbox } from "./inbox.ts";
import { provision, signingKeyOf, type Agent } from "./people.ts";
import { MESSAGES, Reader } from "./reader.ts";
import { isAtRest } from "./rest.ts";
import { cidOfRecord } from "./writer.ts";

const NOTES = "org.example.note";

/** An outbox or a wake-up that was lost is tried again after 5 s, a job that died in the middle after 30 s. */
const RETRIED_WITHIN = 60_000;

/** A colony, a firehose consumer that lives through all of its deaths, and two agents of whom one writes to the other. */
export class Scene {
  readonly colony: Colony;
  readonly reader: Reader;
  readonly #plcUrl: string;
  readonly #keys = new Map<string, string>();
  #agents: { ann: Agent; bob: Agent } | undefined;
  /** Records of ann, path to CID, as they must be. */
  #records = new Map<string, string>();
  #count = 0;
  #rkey: string | undefined;

  private constructor(colony: Colony, plcUrl: string) {
    this.colony = colony;
    this.#plcUrl = plcUrl;
    this.reader = new Reader(colony.origin, (did) => this.keyOf(did), (did) => this.#keys.delete(did));
  }

  /** Set up in a folder of its own; the colony runs afterwards. */
  static async open(folder: string, plcUrl: string, lane: string): Promise<Scene> {
    const scene = new Scene(await Colony.at(join(folder, lane), plcUrl), plcUrl);
    await scene.colony.start();
    const { origin } = scene.colony;
    scene.#agents = { ann: await provision(origin, `ann-${lane}`), bob: await provision(origin, `bob-${lane}`) };
    return scene;
  }

  get ann(): Agent {
    if (this.#agents === undefined) throw new Error("the scene is not open");
    return this.#agents.ann;
  }

  get bob(): Agent {
    if (this.#agents === undefined) throw new Error("the scene is not open");
    return this.#agents.bob;
  }

  /** An account's signing key, remembered: the directory has none of a DID that has ended. */
  async keyOf(did: string): Promise<string> {
    const key = this.#keys.get(did) ?? (await signingKeyOf(this.#plcUrl, did));
    this.#keys.set(did, key);
    return key;
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.colony.kill();
  }

  /** Wait until no alarm is due any more for what was written. */
  async rest(): Promise<void> {
    if (this.colony.runs) await until(() => isAtRest(this.colony.folder), "nothing is due any more", RETRIED_WITHIN);
  }

  /** Start with a fault, do something that comes to it, kill everything there. @returns what the request got. */
  async dieAt(point: string, request: (origin: string) => Promise<Reply>): Promise<Reply> {
    await this.colony.kill();
    await this.colony.start(point);
    const reply = request(this.colony.origin);
    await this.colony.stoodAt(point);
    await this.colony.kill();
    return reply;
  }

  /** ann creates a note and a message to bob and deletes her last note, in one write. */
  stroke(): { changes: Changes; uri: string; send: (origin: string) => Promise<Reply> } {
    const { ann, bob } = this;
    const note = { $type: NOTES, text: `note ${this.#count}` };
    const message = { $type: MESSAGES, to: [bob.did], content: [{ $type: "agent.comms.defs#text", text: `message ${this.#count}` }], createdAt: "2026-01-01T00:00:00.000Z" };
    const last = [...this.#records.keys()].findLast((path) => path.startsWith(NOTES));
    this.#rkey = nextTid(this.#rkey, Date.UTC(2026, 0, 1) * 1000, 7);
    const key = `n${String(this.#count++).padStart(4, "0")}`;
    const type = "com.atproto.repo.applyWrites";
    const writes = [
      { $type: `${type}#create`, collection: NOTES, rkey: key, value: note },
      { $type: `${type}#create`, collection: MESSAGES, rkey: this.#rkey, value: message },
      ...(last === undefined ? [] : [{ $type: `${type}#delete`, collection: NOTES, rkey: last.slice(NOTES.length + 1) }]),
    ];
    const changes = new Map([
      [`${NOTES}/${key}`, cidOfRecord(note)],
      [`${MESSAGES}/${this.#rkey}`, cidOfRecord(message)],
      ...(last === undefined ? [] : [[last, null] as const]),
    ]);
    const send = (origin: string) => ask(origin, type, { token: ann.token, body: { repo: ann.did, writes } });
    return { changes, uri: `at://${ann.did}/${MESSAGES}/${this.#rkey}`, send };
  }

  /**
   * Look at everything after a crash during a stroke; nothing is written meanwhile.
   * @returns Whether the stroke is there, wholly; it throws when it is half there.
   */
  async settle(changes: Changes): Promise<boolean> {
    const { ann } = this;
    const { records } = await this.#archive(ann);
    const after = new Map(this.#records);
    for (const [path, cid] of changes) {
      if (cid === null) after.delete(path);
      else after.set(path, cid);
    }
    const landed = [...changes].some(([path, cid]) => cid !== null && records.has(path));
    this.#records = landed ? after : this.#records;
    expect(records).toEqual(this.#records);
    await this.#quiet();
    return landed;
  }

  /** The stream has the newest commit of both, every message is in bob's inbox once, and the consumer has no complaint. */
  async #quiet(): Promise<void> {
    const { ann, bob, reader } = this;
    const { origin } = this.colony;
    for (const agent of [ann, bob]) {
      const { head } = await this.#archive(agent);
      await until(() => this.streamed(agent.did) === head, `the stream has the head of ${agent.handle}`, RETRIED_WITHIN);
    }
    await until(async () => (await readInbox(origin, bob.token)).length >= reader.told.length, "the inbox has every message", RETRIED_WITHIN);
    expect(bySender(await readInbox(origin, bob.token))).toEqual(bySender(reader.told));
    expect(reader.told.map(({ uri }) => uri).toSorted()).toEqual([...this.#records.keys()].filter((path) => path.startsWith(MESSAGES)).map((path) => `at://${ann.did}/${path}`).toSorted());
    expect(reader.faults).toEqual([]);
    expect(this.colony.said.split("\n").filter((line) => line.includes('"unexpected"'))).toEqual([]);
  }

  /** CID of the newest commit that the stream told of. */
  streamed(did: string): string | undefined {
    const state = this.reader.stateOf(did);
    return state === undefined ? undefined : cidToString(state.commit);
  }

  async #archive({ did }: { did: string }): ReturnType<typeof verifyArchive> {
    const { bytes } = await insist(this.colony.origin, "com.atproto.sync.getRepo", { params: { did } });
    return verifyArchive(bytes, did, await this.keyOf(did));
  }

  /** The account's export is sound and its newest commit gets to the stream. */
  async checkAccount(agent: { did: string; handle: string }): Promise<void> {
    const { head } = await this.#archive(agent);
    await until(() => this.streamed(agent.did) === head, `the stream has the head of ${agent.handle}`, RETRIED_WITHIN);
    expect(this.reader.faults).toEqual([]);
  }
}
