import { READ_ROOM } from "../limits.ts";
import { Room } from "./room.ts";

/** Of this isolate, for large answers until they are read: those that are held whole, and a part of each that is made as it is read. */
export const readRoom = new Room(READ_ROOM);
