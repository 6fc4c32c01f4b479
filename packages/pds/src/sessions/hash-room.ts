import { type Outcome, fail, ok } from "@rookery/sync";
import { HASH_LIFE, HASH_PATIENCE, MAX_NEW_HASHES, MAX_WAITING_HASHES } from "../limits.ts";
import { inRoom } from "../room/in-room.ts";
import { Room } from "../room/room.ts";
import { hashChosenPassword } from "./password.ts";

/** Of this isolate, in hashes. */
const room = new Room(MAX_NEW_HASHES, MAX_WAITING_HASHES);

/**
 * Compute the hash of a new password when it is its turn: so many at a time, since each takes 16 MB. Errors: `NotEnoughResources`
 * (503) when too many wait, or for too long.
 */
export const hashInTurn = async (hash: () => Promise<string>): Promise<Outcome<string>> => {
  const made = await inRoom(room, 1, { patience: HASH_PATIENCE, life: HASH_LIFE }, hash);
  return typeof made === "string" ? ok(made) : fail(503, made.name, "Too many passwords are set at a time; try again");
};

/** Hash a password that somebody chose, as {@link hashInTurn}. */
export const hashNewPassword = (password: string): Promise<Outcome<string>> => hashInTurn(() => hashChosenPassword(password));
