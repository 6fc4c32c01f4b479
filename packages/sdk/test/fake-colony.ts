import { CredentialSession } from "@atproto/api";
import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import { MapStore, Messaging, reportOf } from "@rookery/messaging";
import type { Backend, Progress } from "../src/backend.ts";
import { ColonyAgent } from "../src/colony-agent.ts";
import { ColonyError } from "../src/colony-error.ts";
import { Identities } from "../src/identity.ts";
import type { InboxItem } from "../src/inbox.ts";
import { toIncoming } from "../src/message.ts";
import type { Privacy } from "../src/options.ts";
import { Session } from "../src/session.ts";

const CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";

/** More than receipts are gathered for. */
const RECEIPT_DELAY_MS = 60_000;

/** What somebody sent: as it was handed to the backend. */
export interface Posted {
  author: string;
  uri: string;
  collection: string;
  to: string[] | "all";
  record: Record<string, unknown>;
  privacy: Privacy;
  grants: string[];
}

interface Resident {
  items: InboxItem[];
  messaging: Messaging;
  wake: () => void;
  acknowledged: string[];
}

/** How somebody takes part. */
export interface Joining {
  privacy?: Privacy;
  cursor?: string;
  onCursor?: (cursor: string) => void;
  onError?: (error: unknown) => void;
}

/** Agents in one process, with the engine that decides in a colony: nothing is sealed, and nothing is signed. */
export class FakeColony {
  readonly posted: Posted[] = [];
  readonly told: { request: string; progress: Progress }[] = [];
  /** DIDs by handle. */
  readonly handles = new Map<string, string>();
  readonly #residents = new Map<string, Resident>();
  readonly #agents: ColonyAgent[] = [];
  /** What is on its way for long: to whom, and of which collection. */
  late: { to: string; collection: string } | undefined;
  readonly #onTheWay: (() => void)[] = [];
  /** Thrown once by what an agent sends next. */
  failNext: Error | undefined;

  /** Somebody who joins; another process of the same agent when it is there already. */
  join(name: string, { privacy = "sealed", cursor, onCursor, onError = () => {} }: Joining = {}): ColonyAgent {
    const did = `did:plc:${name.padEnd(24, "a")}`;
    const resident = this.#resident(did);
    const credentials = new CredentialSession(new URL("http://localhost"), async (input) => {
      const known = this.handles.get(new URL(new Request(input).url).searchParams.get("handle") ?? "");
      return known === undefined ? Response.json({ error: "HandleNotFound", message: "" }, { status: 400 }) : Response.json({ did: known });
    });
    credentials.session = { did, handle: `${name}.test`, accessJwt: "", refreshJwt: "", active: true };
    const agent = new ColonyAgent({
      session: new Session(credentials),
      backend: this.#backend(did, resident),
      identities: new Identities("http://localhost"),
      privacy,
      source: async (from, _wait, signal) => {
        const at = from === undefined ? 0 : Number(from);
        if (resident.items.length <= at) await new Promise<void>((resolve) => {
          resident.wake = resolve;
          signal.addEventListener("abort", () => resolve());
        });
        return { messages: resident.items.slice(at, at + 10), cursor: String(Math.min(resident.items.length, at + 10)) };
      },
      inbox: { onError, ...(cursor === undefined ? {} : { cursor }), ...(onCursor === undefined ? {} : { onCursor }) },
    });
    this.#agents.push(agent);
    return agent;
  }

  /** What was sent of a collection, in order. */
  of(collection: string): Posted[] {
    return this.posted.filter((one) => one.collection === collection);
  }

  /** What was late arrives. */
  arrive(): void {
    this.late = undefined;
    for (const deliver of this.#onTheWay.splice(0)) deliver();
  }

  /** Somebody's repository says something, whatever the SDK would. */
  post(author: string, collection: string, record: Record<string, unknown>): { uri: string; cid: string } {
    const whole = { $type: collection, createdAt: new Date().toISOString(), ...record };
    return this.#deliver(author, { collection, rkey: `posted${this.posted.length}`, record: whole }, "sealed", []);
  }

  /** Somebody deletes a record. */
  retract(author: string, uri: string): void {
    for (const [did, resident] of this.#residents) {
      if (did === author) continue;
      const { disposition, task } = resident.messaging.retracted(uri, author);
      resident.items.push({ uri, author, action: "delete", seq: resident.items.length + 1, receivedAt: new Date().toISOString(), disposition, ...(task === undefined ? {} : { task }) });
      resident.wake();
    }
  }

  /** The last item of somebody's inbox is in it once more. */
  showAgain(did: string): void {
    const { items, wake } = this.#resident(did);
    const last = items.at(-1);
    if (last !== undefined) items.push({ ...last, seq: items.length + 1 });
    wake();
  }

  acknowledgedBy(did: string): string[] {
    return this.#resident(did).acknowledged;
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.close()));
  }

  #resident(did: string): Resident {
    const known = this.#residents.get(did);
    if (known !== undefined) return known;
    const flush = (): void => {
      setTimeout(() => {
        messaging.tick();
        ahead = RECEIPT_DELAY_MS;
        const due = messaging.due();
        ahead = 0;
        for (const answer of due) {
          messaging.done(answer);
          if (answer.kind === "record") this.#deliver(did, { collection: answer.collection, rkey: answer.rkey ?? `auto${this.posted.length}`, record: { ...answer.record, $type: answer.collection, createdAt: new Date().toISOString() } }, answer.sealed ? "sealed" : "public", []);
        }
      }, 10);
    };
    // Receipts are gathered for a while in a colony; nobody waits for that here.
    let ahead = 0;
    const messaging: Messaging = new Messaging({ did, store: new MapStore(), now: () => Date.now() + ahead, wakeAt: (time) => void setTimeout(() => messaging.tick(), Math.min(2 ** 30, Math.max(0, time - Date.now()))), flushAt: flush, digest: (text) => text, opaqueKey: (text) => text.replaceAll(/[^a-z0-9]/gi, "-").slice(-60) });
    const resident: Resident = { items: [], messaging, wake: () => {}, acknowledged: [] };
    this.#residents.set(did, resident);
    return resident;
  }

  #deliver(author: string, { collection, rkey, record }: { collection: string; rkey: string; record: Record<string, unknown> }, privacy: Privacy, grants: string[]): { uri: string; cid: string } {
    const uri = `at://${author}/${collection}/${rkey}`;
    const to = recipientsOf(collection, record) ?? [];
    this.posted.push({ author, uri, collection, to, record, privacy, grants });
    for (const [did, resident] of this.#residents) {
      if (to === "all" ? did === author : !to.includes(did)) continue;
      const sealed = privacy === "sealed";
      const arrive = (): void => {
        const { disposition, reason, task } = resident.messaging.arrived({ uri, cid: CID, author, collection, record, sealed });
        resident.items.push({ uri, cid: CID, author, action: "create", seq: resident.items.length + 1, receivedAt: record["createdAt"] as string, value: record, sealed, disposition, ...(reason === undefined ? {} : { reason }), ...(task === undefined ? {} : { task }) });
        resident.wake();
      };
      if (this.late?.to === did && this.late.collection === collection) this.#onTheWay.push(arrive);
      else arrive();
    }
    return { uri, cid: CID };
  }

  #backend(did: string, resident: Resident): Backend {
    const unused = async (): Promise<never> => Promise.reject(new Error("not of this test"));
    return {
      custody: "hosted",
      send: async ({ collection, rkey, record }, { privacy, grants = [] }) => {
        await Promise.resolve();
        const failure = this.failNext;
        this.failNext = undefined;
        if (failure !== undefined) throw failure;
        const outgoing = { collection, record, sealed: privacy === "sealed" };
        const verdict = resident.messaging.judge(outgoing);
        if (verdict.kind === "earlier") return verdict.of;
        if (verdict.kind === "refused") throw new ColonyError(verdict.name, 400, verdict.message);
        resident.messaging.sent(outgoing, { uri: `at://${did}/${collection}/${rkey}`, cid: CID });
        return this.#deliver(did, { collection, rkey, record }, privacy, grants);
      },
      open: async (item) => toIncoming(item),
      read: async (uri) => {
        const found = this.posted.find((one) => one.uri === uri);
        return found && { uri, cid: CID, author: found.author, rev: "", value: found.record, sealed: found.privacy === "sealed" };
      },
      share: unused,
      revoke: unused,
      makePublic: unused,
      memory: { remember: unused, recall: unused, forget: unused, pin: unused, compact: unused, stats: unused },
      task: async (uri) => {
        const found = resident.messaging.task(uri);
        return found && reportOf(found.task);
      },
      openTasks: async () => resident.messaging.tasks().filter(({ isOpen, task }) => isOpen && task.role === "worker").map(({ task }) => reportOf(task)),
      acknowledge: async (uris) => {
        for (const uri of uris) {
          resident.acknowledged.push(uri);
          resident.messaging.processed(uri);
        }
      },
      publishProgress: async (request, progress) => void this.told.push({ request, progress }),
      progressChannel: async () => undefined,
      refresh: async () => {},
      close: () => {},
    };
  }
}

/** The DID that a name has here. */
export const didOf = (name: string): string => `did:plc:${name.padEnd(24, "a")}`;

export { ids };
