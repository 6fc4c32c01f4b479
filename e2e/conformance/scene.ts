import type { Side } from "./side.ts";

/** What is asked of both servers, in the same order. A scene uses accounts of its own. */
export interface Scene {
  name: string;
  play(side: Side): Promise<void>;
}
