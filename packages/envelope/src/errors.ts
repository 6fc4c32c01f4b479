/** Why something was not sealed. Nothing is written then: a write that cannot be sealed fails. */
export class SealError extends Error {
  override name = "SealError";
}

/**
 * Something sealed does not open. The only error of opening, always the same and without a cause: whoever tampers learns
 * nothing about how far the opening came.
 */
export class OpenError extends Error {
  override name = "OpenError";

  constructor() {
    super("cannot be opened");
  }
}

/**
 * Something sealed was opened, and nobody could be asked whether it is its author's: their host or the directory is away. Asked
 * again later, it may be. For whoever holds the keys alone: it is never told to others.
 */
export class UnprovenError extends OpenError {
  override name = "UnprovenError";

  constructor(message = "its author's host cannot be asked now") {
    super();
    this.message = message;
  }
}

/** Run `work`; whatever goes wrong in it becomes the one error of opening. @throws OpenError */
export const opening = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch {
    throw new OpenError();
  }
};
