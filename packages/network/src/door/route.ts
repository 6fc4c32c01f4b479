import type { Handler } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { Env } from "../env.ts";
import type { Access, SessionClass } from "./authenticate.ts";
import type { RateRule } from "./rate.ts";

/** One row of the route table. No row, no entry. */
export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** Path; `:name` matches one segment and arrives in `params`. */
  path: string;
  access: Access;
  /** Which of an agent's sessions; `any` when absent. */
  session?: SessionClass;
  /** Sessions of an account that was taken down are let in too: it may still leave with what is its own. */
  takendown?: boolean;
  /** The lexicon that checks parameters and body; absent for plain HTTP. */
  nsid?: string;
  /** Old spellings of lists are taken in the query. */
  loose?: boolean;
  /** Why nobody may, if so: said before it is asked who it is. */
  refuse?: (request: Request, env: Env) => XrpcFault | undefined;
  /** `json` is parsed and checked; `bytes` is left to the handler as a stream; `any` is too, also when there is none, and whatever it is. */
  body: "none" | "json" | "bytes" | "any";
  /** Largest body in bytes. */
  maxBytes: number;
  /** Limits per client address beside the global one; the global one is off for large sync reads as in the reference. */
  rate: RateRule[];
  handler: Handler;
}

/** A row whose answer needs the bindings themselves (sockets, health). */
export type PlainRoute = Omit<Route, "handler"> & { plain: (request: Request, env: Env) => Promise<Response> };

/** A row of the table, of either kind. */
export type AnyRoute = Route | PlainRoute;
