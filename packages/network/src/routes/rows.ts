import { rateRules } from "../door/rate.ts";
import type { Route } from "../door/route.ts";

/** Bodies: JSON of ordinary methods as in the reference, in bytes; writes carry up to 200 records of at most 2,000,000 bytes in all. */
export const JSON_LIMIT = 150 * 1024;
/** Bodies of repository writes, in bytes. */
export const WRITE_LIMIT = 1_000_000 * 2;

/** The limit per address that every route has unless it says otherwise. */
export const global = [rateRules.global];

/** What is between the agent and others, and what it remembers, is not for plain app passwords, like direct messages in the reference. */
export const secret = { session: "privileged" } as const;

type Row = Partial<Omit<Route, "nsid" | "path" | "method">> & Pick<Route, "handler">;

/** com.atproto.* and agent.* reads: GET, no body. */
export const query = (nsid: string, row: Row): Route => ({
  method: "GET",
  path: `/xrpc/${nsid}`,
  nsid,
  access: "public",
  body: "none",
  maxBytes: 0,
  rate: global,
  ...row,
});

/** Procedures: POST with a JSON body unless said otherwise. */
export const procedure = (nsid: string, row: Row): Route => ({
  method: "POST",
  path: `/xrpc/${nsid}`,
  nsid,
  access: "agent",
  body: "json",
  // What takes no body has no size.
  maxBytes: row.body === "none" ? 0 : JSON_LIMIT,
  rate: global,
  ...row,
});
