/**
 * A fetch for reading: a kept connection may have died with the server at its other end, or be closed by it at the moment in which
 * it is used again, so what fails at once is asked once more. Not for bodies that can be read only once.
 * @param from called as a plain function, each time; the global fetch as of then by default.
 */
export const onceMore =
  (from: typeof fetch = (input, init) => fetch(input, init)): typeof fetch =>
  async (input, init) => {
    try {
      return await from(input, init);
    } catch (error) {
      if (init?.signal?.aborted === true || !(error instanceof TypeError)) throw error;
      return from(input, init);
    }
  };
