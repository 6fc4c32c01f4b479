import { type XrpcFault, fail } from "@rookery/sync";

type Refusal = { ok: false; error: XrpcFault };

/** Nothing was written. */
export const cannotSeal = (reason: string): Refusal => fail(400, "CannotSeal", reason);

/** The one answer to what does not open, whatever the reason. */
export const CANNOT_OPEN: Refusal = fail(400, "CannotOpen", "The record cannot be opened");

/** The author's host does not answer; it may later. */
export const AUTHOR_UNAVAILABLE: Refusal = fail(503, "AuthorUnavailable", "The author's host cannot be asked for the record now; try again later");

/** There is nothing to grant: everybody can read it. */
export const NOT_SEALED: Refusal = fail(400, "NotSealed", "Everybody can read the record: it is not sealed, or its data key is published");

/** The agent has written nothing there. */
export const recordNotFound = (uri: string): Refusal => fail(400, "RecordNotFound", `There is no record of this agent at ${uri.slice(0, 600)}`);

/** What is to be shared or disclosed is no longer what was looked at. */
export const changedMeanwhile = (uri: string): Refusal => fail(400, "InvalidSwap", `${uri} was changed or deleted meanwhile`);

/** What was asked for cannot be. */
export const invalid = (message: string): Refusal => fail(400, "InvalidRequest", message);
