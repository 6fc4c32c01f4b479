import { waitUntil } from "cloudflare:workers";
import type { XrpcFault } from "@rookery/sync";
import type { Lease, Room } from "./room.ts";

/** 503: more is asked for at once than an isolate can hold. */
export const BUSY: XrpcFault = { status: 503, name: "NotEnoughResources", message: "Too many large requests at a time; try again" };

/**
 * Do what needs so many bytes of `room`, when there is room. Errors: `NotEnoughResources` (503) when too many wait, or for too long.
 * @param patience how long to wait, in ms. @param life how long the work takes at most, in ms.
 */
export async function inRoom<T>(room: Room, bytes: number, { patience, life }: { patience: number; life: number }, work: () => Promise<T>): Promise<T | XrpcFault> {
  const lease = room.take(bytes, life) ?? (await turn(room, bytes, patience, life));
  if (lease === undefined) return BUSY;
  const done = work().finally(() => lease.leave());
  // Of a request whose client goes away nothing more is run, unless it is said to be waited for: the room is to be given back.
  waitUntil(done.catch(() => undefined));
  return done;
}

/** Pauses between two looks whether there is room, ms. */
const PAUSE_FIRST = 2;
const PAUSE_LAST = 50;

const turn = async (room: Room, bytes: number, patience: number, life: number): Promise<Lease | undefined> => {
  const waiter = room.wait(bytes, life);
  if (waiter === undefined) return undefined;
  for (let waited = 0, pause = PAUSE_FIRST; waited < patience; pause = Math.min(pause * 2, PAUSE_LAST)) {
    await scheduler.wait(pause);
    waited += pause;
    if (waiter.lease !== undefined) return waiter.lease;
  }
  waiter.giveUp();
  return undefined;
};
