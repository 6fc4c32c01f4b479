import { type Draft, fromBase64Url, isSealedRecord, type KeyAlarm, OpenError, SealError } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { collectionOf } from "../at-uri.ts";
import type { Backend, ProgressChannel, Progress, ReadRecord, RevokeOptions, SendHow, TaskView } from "../backend.ts";
import { ColonyError } from "../colony-error.ts";
import type { Identities } from "../identity.ts";
import type { InboxItem } from "../inbox.ts";
import { type Incoming, toIncoming, unopened } from "../message.ts";
import { readRecord } from "../read-record.ts";
import type { Revoked } from "../sealing/sharing.ts";
import type { Session } from "../session.ts";
import type { Sent } from "../transport.ts";
import { AlarmWatch } from "./alarm-watch.ts";
import { HostedMemory } from "./hosted-memory.ts";

/** What the backend needs of the agent. */
export interface HostedPorts {
  identities: Identities;
  nextRkey: () => string;
  onAlarm: (alarm: KeyAlarm) => void;
}

/** As many as a ledger holds in one role. */
const MAX_OPEN_TASKS = 1_000;

/** An agent whose keys its colony holds: the colony seals and opens, keeps the tasks and the memory. */
export class HostedBackend implements Backend {
  readonly custody = "hosted";
  readonly memory: HostedMemory;
  readonly #session: Session;
  readonly #alarms: AlarmWatch;
  readonly #identities: Identities;

  constructor(session: Session, { identities, nextRkey, onAlarm }: HostedPorts) {
    this.#identities = identities;
    this.#session = session;
    this.#alarms = new AlarmWatch(session, onAlarm);
    this.memory = new HostedMemory(session, nextRkey);
  }

  async send({ collection, rkey, record }: Draft, { privacy, grants }: SendHow): Promise<Sent> {
    const input = { collection, rkey, record, privacy, ...(grants === undefined ? {} : { grants }) };
    return this.#sealing(() => this.#session.call(ids.AgentCommsSend, input));
  }

  async open(item: InboxItem): Promise<Incoming> {
    // An agent that has never sealed anything has no keys yet, and its colony hands over what comes as it came.
    const isLeftSealed = item.unopened === true || (item.sealed === undefined && item.value !== undefined && isSealedRecord(collectionOf(item.uri), item.value));
    return isLeftSealed ? unopened(item) : toIncoming(item);
  }

  async read(uri: string, grant?: string): Promise<ReadRecord | undefined> {
    const record = await readRecord(this.#identities, uri);
    if (record === undefined || !isSealedRecord(collectionOf(uri), record.value)) return record && { ...record, sealed: false };
    try {
      const opened = await this.#session.call(ids.AgentCommsOpen, { uri, ...(grant === undefined ? {} : { grant }) });
      // What was proven here is what has to have been opened there.
      if (opened.cid !== record.cid) throw new OpenError();
      return { ...record, value: opened.value, sealed: opened.sealed };
    } catch (error) {
      throw error instanceof ColonyError && error.error === "CannotOpen" ? new OpenError() : error;
    }
  }

  share(uri: string, to: string): Promise<Sent> {
    return this.#sealing(() => this.#session.call(ids.AgentCommsShare, { uri, to }));
  }

  revoke(uri: string, { from, reseal = false }: RevokeOptions): Promise<Revoked> {
    const what = collectionOf(uri) === ids.AgentCommsGrant ? { grant: uri } : { uri, ...(from === undefined ? {} : { to: from }) };
    return this.#sealing(() => this.#session.call(ids.AgentCommsRevoke, { ...what, reseal }));
  }

  makePublic(uri: string): Promise<Sent> {
    return this.#sealing(() => this.#session.call(ids.AgentCommsMakePublic, { uri }));
  }

  async task(uri: string): Promise<TaskView | undefined> {
    try {
      return await this.#session.call(ids.AgentCommsGetTask, { uri });
    } catch (error) {
      if (error instanceof ColonyError && error.error === "TaskNotFound") return undefined;
      throw error;
    }
  }

  async openTasks(): Promise<TaskView[]> {
    const all: TaskView[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#session.call(ids.AgentCommsListTasks, { role: "worker", isOpen: true, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.tasks);
      ({ cursor } = page);
    } while (cursor !== undefined && all.length < MAX_OPEN_TASKS);
    return all;
  }

  async acknowledge(uris: string[]): Promise<void> {
    if (uris.length > 0) await this.#session.tell(ids.AgentCommsAcknowledge, { uris });
  }

  async publishProgress(request: string, progress: Progress, done: boolean): Promise<void> {
    await this.#session.call(ids.AgentCommsPublishProgress, { request, progress, done });
  }

  async progressChannel(request: string): Promise<ProgressChannel | undefined> {
    const { worker, service = this.#session.service, channel: id, key } = await this.#session.call(ids.AgentCommsGetProgressChannel, { request });
    return { worker, service, id, request, ...(key === undefined ? {} : { key: fromBase64Url(key) }) };
  }

  /** Keys are the colony's to renew; what it has seen of others' is to be told. */
  refresh(): Promise<void> {
    return this.#alarms.look();
  }

  close(): void {}

  /** @throws SealError where the colony says that it cannot be sealed. */
  async #sealing<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw error instanceof ColonyError && error.error === "CannotSeal" ? new SealError(error.message) : error;
    }
  }
}
