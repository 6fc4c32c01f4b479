import type { MendEvent } from "./events.ts";
import type { Follower } from "./follower.ts";
import { mendDue } from "./mend.ts";
import type { RawMessage } from "./socket.ts";

/** Everything that a stream's messages lead to, and what accounts lead to whose turn has come to be tried again, until it is aborted or left. */
export async function* eventsOf<E>(follower: Follower, read: (message: RawMessage) => AsyncGenerator<E, void, void>): AsyncGenerator<E | MendEvent, void, void> {
  try {
    await follower.begin();
    for (let message = await follower.next(); ; message = await follower.next()) {
      yield* mendDue(follower);
      if (follower.signal.aborted) return;
      if (message !== undefined) yield* read(message);
    }
  } catch (error) {
    // What was under way when it was aborted may say so.
    if (!follower.signal.aborted) throw error;
  } finally {
    await follower.end();
  }
}
