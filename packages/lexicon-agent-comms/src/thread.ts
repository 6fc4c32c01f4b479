import type { AgentCommsDefsThread, ComAtprotoRepoStrongRef } from "./generated/types.ts";

/** Anything that may stand in a thread. */
interface Threaded {
  thread?: AgentCommsDefsThread;
}

/** The `thread` field of an answer to `record`, which is at `ref`: its root is carried on, or it becomes the root. */
export function replyTo(ref: ComAtprotoRepoStrongRef, record: Threaded): AgentCommsDefsThread {
  return { root: record.thread?.root ?? ref, parent: ref };
}

/** The record that opened the thread in which `record`, which is at `ref`, stands: itself if it answers nothing. */
export function rootOf(ref: ComAtprotoRepoStrongRef, record: Threaded): ComAtprotoRepoStrongRef {
  return record.thread?.root ?? ref;
}
