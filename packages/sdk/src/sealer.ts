import { isSealedRecord, OpenError, type Sealer } from "@rookery/envelope";
import { collectionOf } from "./at-uri.ts";

export type { Arrived, Draft, Sealer, Sharing } from "@rookery/envelope";

/** Public plaintext: for everybody, and for ever. What others sealed, it does not open. */
export const plainSealer: Sealer = {
  level: "public",
  seal: async (draft) => draft,
  open: async ({ uri, record }) => {
    if (isSealedRecord(collectionOf(uri), record)) throw new OpenError();
    return { record, sealed: false };
  },
};
