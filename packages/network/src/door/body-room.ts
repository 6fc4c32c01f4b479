import { type Handler, Room, inRoom } from "@rookery/pds";
import { MAX_WAITING_BODIES, ROOM_BYTES, ROOM_LIFE, ROOM_PATIENCE, UNCOUNTED_BYTES } from "./limits.ts";
import type { AnyRoute } from "./route.ts";

type Answered = Awaited<ReturnType<Handler>>;

/** Of this isolate. */
const room = new Room(ROOM_BYTES, MAX_WAITING_BODIES);

/** Bytes of a body that are held here while it is worked on; nothing of those that are left to a handler as streams. */
const bytesHeld = ({ headers }: Request, { body, maxBytes }: AnyRoute): number => {
  if (body !== "json") return 0;
  const declared = headers.get("content-length");
  // What is packed may have any size within the bound, and so may what does not say it.
  return declared === null || headers.has("content-encoding") ? maxBytes : Math.min(Number(declared), maxBytes);
};

/** Work on a request when there is room for its body; small ones are not counted. Errors: `NotEnoughResources` (503). */
export const withRoomForBody = (request: Request, route: AnyRoute, work: () => Promise<Answered>): Promise<Answered> => {
  const bytes = bytesHeld(request, route);
  return bytes <= UNCOUNTED_BYTES ? work() : inRoom(room, bytes, { patience: ROOM_PATIENCE, life: ROOM_LIFE }, work);
};
