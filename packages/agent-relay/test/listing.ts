import type { ListingRule } from "../src/index.ts";

/** Who is listed in tests: records that contain the word "listed" are. */
export const listingRule: ListingRule = { path: "agent.comms.profile/self", isListed: (record) => new TextDecoder().decode(record).includes("listed") };
