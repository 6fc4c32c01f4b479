import { isFinal } from "@rookery/lexicon-agent-comms";
import type { Ref } from "./fields.ts";
import { ENDED_TASK_LIFE, MAX_ENDED_TASKS, MAX_OPEN_TASKS, MAX_OPEN_TASKS_OF_ONE } from "./limits.ts";
import type { Ports } from "./ports.ts";
import type { Role, Task } from "./task.ts";

const OPEN = "task";
/** Apart, so that what others ask for crowds out nothing of what the agent has asked for itself. */
const ENDED: Record<Role, string> = { worker: "task-ended", requester: "task-ended requester" };
const LOAD = "task-load";
const ALIAS = "task-alias";
/** Kinds of everything that is kept here. */
export const LEDGER_KINDS: readonly string[] = [OPEN, LOAD, ALIAS, ...Object.values(ENDED)];

/** The tasks of an agent, in both roles: those in hand, and those that ended not long ago. */
export class Ledger {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** A task by its request, under whichever address it was sent; by a handoff of it, or the wish to cancel it. */
  get(role: Role, uri: string): Task | undefined {
    const { store } = this.#ports;
    const name = nameOf(role, store.get<string>(ALIAS, uri) ?? uri);
    return store.get<Task>(OPEN, name) ?? store.get<Task>(ENDED[role], name);
  }

  /** Whether it is still in hand. */
  isOpen({ role, standing }: Task): boolean {
    return this.#ports.store.get(OPEN, nameOf(role, standing.uri)) !== undefined;
  }

  /** Why no more can be taken on, if so: all in all, or with this peer. */
  full(role: Role, peer: string): string | undefined {
    const { store } = this.#ports;
    if ((store.get<number>(LOAD, role) ?? 0) >= MAX_OPEN_TASKS) return `there are ${MAX_OPEN_TASKS} tasks in hand`;
    if ((store.get<number>(LOAD, `${role} ${peer}`) ?? 0) >= MAX_OPEN_TASKS_OF_ONE) return `there are ${MAX_OPEN_TASKS_OF_ONE} tasks in hand with one agent`;
    return undefined;
  }

  /** Write a task, new or known. One that is over, or somebody else's now, leaves the hand. */
  put(task: Task): void {
    const { store, did, now } = this.#ports;
    const name = nameOf(task.role, task.standing.uri);
    const before = store.get<Task>(OPEN, name);
    task.updatedAt = now();
    const [from, to] = [before && peerOf(before, did), isInHand(task, did) ? peerOf(task, did) : undefined];
    if (from !== to) {
      if (from !== undefined) this.#weigh(task.role, from, -1);
      if (to !== undefined) this.#weigh(task.role, to, 1);
    }
    if (to !== undefined) {
      store.put(OPEN, name, task);
      store.delete(ENDED[task.role], name);
      return;
    }
    if (before !== undefined) store.delete(OPEN, name);
    store.put(ENDED[task.role], name, task);
    if (store.count(ENDED[task.role]) > MAX_ENDED_TASKS * 1.1) this.#prune(task.role);
  }

  /** The task is found under another address, too. The caller puts it. */
  alias(uri: string, task: Task): void {
    this.#ports.store.put(ALIAS, uri, task.standing.uri);
    if (!task.aliases?.includes(uri)) task.aliases = [...(task.aliases ?? []), uri];
  }

  /** The wish to cancel it is this one. */
  noteCancel(uri: string, task: Task): void {
    task.cancelUri = uri;
    this.alias(uri, task);
    this.put(task);
  }

  /** Its request was sealed again, and is this one now. */
  resealed({ uri, cid }: Ref, task: Task): void {
    this.alias(uri, task);
    task.standing = { ...task.standing, cids: [...task.standing.cids, cid] };
    this.put(task);
  }

  open(): Task[] {
    return this.#ports.store.list<Task>(OPEN).map(({ value }) => value);
  }

  ended(): Task[] {
    return Object.values(ENDED).flatMap((kind) => this.#ports.store.list<Task>(kind).map(({ value }) => value));
  }

  /** Forget what ended long ago, oldest first. */
  #prune(role: Role): void {
    const { store, now } = this.#ports;
    const newestFirst = store.list<Task>(ENDED[role]).toSorted((a, b) => b.value.updatedAt - a.value.updatedAt);
    const cut = now() - ENDED_TASK_LIFE;
    for (const [index, { name, value }] of newestFirst.entries()) {
      if (index < MAX_ENDED_TASKS && value.updatedAt > cut) continue;
      store.delete(ENDED[role], name);
      for (const uri of value.aliases ?? []) store.delete(ALIAS, uri);
    }
  }

  #weigh(role: Role, peer: string, by: 1 | -1): void {
    const { store } = this.#ports;
    for (const name of [role, `${role} ${peer}`]) {
      const load = (store.get<number>(LOAD, name) ?? 0) + by;
      if (load > 0) store.put(LOAD, name, load);
      else store.delete(LOAD, name);
    }
  }
}

/** Whether this agent still has to do with it: as its requester until it ends, as its worker while it is, or may become. */
const isInHand = ({ role, standing: { state, worker, offer } }: Task, did: string): boolean => !isFinal(state) && (role === "requester" || worker === did || offer?.to === did);

/** Who had the task first, as far as is known here: from there on a handover leaves everything where it is. */
export const firstWorkerOf = ({ standing: { worker, former } }: Task): string => former[0] ?? worker;

/** With whom it is counted: who asked for it; or whom it was asked of, which of a task that was offered is who offered it: the requester is that one's word. */
const peerOf = (task: Task, did: string): string => {
  const first = firstWorkerOf(task);
  return first === did ? task.standing.requester : first;
};

const nameOf = (role: Role, uri: string): string => `${role} ${uri}`;
