import { type Caller, call } from "./caller.ts";
import { ask } from "./xrpc.ts";

/** A record, exactly. */
export interface Ref {
  uri: string;
  cid: string;
}

/** A message as listInbox shows it, opened. */
export interface OpenedEntry {
  uri: string;
  cid?: string;
  author: string;
  action: string;
  value?: Record<string, unknown>;
  sealed: boolean;
  unopened?: boolean;
  disposition?: string;
  reason?: string;
  task?: string;
}

/** A task as getTask shows it. */
export interface TaskEntry {
  uri: string;
  role: string;
  peer: string;
  state: string;
  cancel?: string;
  error?: { code: string };
  handoff?: { state: string; to: string };
}

/** A text part. */
export const text = (said: string) => ({ $type: "agent.comms.defs#text", text: said });

const now = (): string => new Date().toISOString();

/** A datetime so many ms from now. */
export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

const send = (from: Caller, collection: string, record: Record<string, unknown>): Promise<Ref> => call(from, "agent.comms.send", { collection: `agent.comms.${collection}`, record: { createdAt: now(), ...record } });

const refOf = ({ uri, cid }: Ref): Ref => ({ uri, cid });

/** Sealed, each of them. */
export const sendMessage = (from: Caller, to: Caller, said: string, more: Record<string, unknown> = {}): Promise<Ref> => send(from, "message", { to: [to.did], content: [text(said)], ...more });
export const sendRequest = (from: Caller, to: Caller, said: string, more: Record<string, unknown> = {}): Promise<Ref> => send(from, "request", { to: to.did, input: [text(said)], ...more });
export const sendResponse = (from: Caller, task: Ref, state: string, more: Record<string, unknown> = {}): Promise<Ref> => send(from, "response", { request: refOf(task), state, ...more });
export const sendCancel = (from: Caller, to: Caller, task: Ref): Promise<Ref> => send(from, "cancel", { to: to.did, request: refOf(task) });
export const sendHandoff = (from: Caller, to: Caller, task: Ref, more: Record<string, unknown> = {}): Promise<Ref> => send(from, "handoff", { to: to.did, request: refOf(task), ...more });
export const answerHandoff = (from: Caller, offer: Ref, task: Ref, answer: string): Promise<Ref> => send(from, "handoffAnswer", { handoff: refOf(offer), request: refOf(task), answer });

/** Everything that has reached somebody, opened, oldest first. */
export const openedAt = async ({ origin, token }: Caller): Promise<OpenedEntry[]> => {
  const entries: OpenedEntry[] = [];
  let cursor: string | undefined;
  for (;;) {
    const params = { limit: "100", opened: "true", ...(cursor === undefined ? {} : { cursor }) };
    const { json } = await ask<{ cursor?: string; messages: OpenedEntry[] }>("agent.comms.listInbox", { origin, token, params });
    if (json.messages.length === 0) return entries;
    entries.push(...json.messages);
    cursor = json.cursor;
  }
};

/** A task as its agent knows it; undefined when it does not. */
export const taskAt = async ({ origin, token }: Caller, { uri }: { uri: string }): Promise<TaskEntry | undefined> => {
  const { status, json } = await ask<TaskEntry>("agent.comms.getTask", { origin, token, body: { uri } });
  return status === 200 ? json : undefined;
};

/** Whether an agent's first key is published, so that others can seal for it. */
export const hasKey = async ({ origin, did }: Pick<Caller, "origin" | "did">): Promise<boolean> => {
  const { json } = await ask<{ records: unknown[] }>("com.atproto.repo.listRecords", { origin, params: { repo: did, collection: "agent.comms.key" } });
  return json.records.length > 0;
};
