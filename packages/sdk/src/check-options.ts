import type { ConnectOptions } from "./options.ts";
import { asPrivacy } from "./post.ts";

/** Whether something keeps a text. */
const isStore = (store: unknown): boolean => {
  const { load, save } = Object(store) as { load?: unknown; save?: unknown };
  return typeof load === "function" && typeof save === "function";
};

/** What would be found out late, or never, where nobody checks types. @throws TypeError that says what it should be. */
export const checkOptions = ({ sealing, state, privacy, plcUrl }: Pick<ConnectOptions, "sealing" | "state" | "privacy" | "plcUrl">): void => {
  if (sealing !== undefined && !isStore(Object(sealing).store)) throw new TypeError("`sealing` has no store for keys: give it one, such as { store: fileKeyStore(path) } with @rookery/sdk/node");
  if (state !== undefined && !isStore(state)) throw new TypeError("`state` is no store: give one, such as fileStore(path) of @rookery/sdk/node");
  if (privacy !== undefined) asPrivacy(privacy);
  if (plcUrl !== undefined && !(/^https?:\/\//.test(plcUrl) && URL.canParse(plcUrl))) throw new TypeError(`Not the origin of a PLC directory: ${plcUrl}. It is like http://localhost:2582`);
};
