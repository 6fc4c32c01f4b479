/** A refusal as data, in the terms of XRPC. An exception means a bug, or that a port failed. */
export interface MemoryFault {
  status: number;
  name: string;
  /** For people; says nothing of what is remembered. */
  message: string;
}

/** What may be refused. The same shape as everywhere in this workspace. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: MemoryFault };

/** It went well. */
export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** A refusal that is the caller's doing. */
export const refuse = (name: string, message: string): { ok: false; error: MemoryFault } => ({ ok: false, error: { status: 400, name, message } });

/** What was asked for cannot be. */
export const invalid = (message: string): { ok: false; error: MemoryFault } => refuse("InvalidRequest", message);

/** Nothing is remembered there. */
export const notFound = (what: string): { ok: false; error: MemoryFault } => refuse("MemoryNotFound", `There is no memory at ${what}`);
