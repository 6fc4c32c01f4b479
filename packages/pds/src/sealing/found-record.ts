import type { PlacedRecord } from "@rookery/envelope";

/** A record that is proven to be in its author's repository, or was when it came. */
export interface FoundRecord extends PlacedRecord {
  uri: string;
  cid: string;
}
