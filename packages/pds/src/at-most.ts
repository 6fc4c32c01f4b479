/** Wait for `work`, but not longer than `ms`; undefined then. It goes on, and how it ends is nobody's concern any more. */
export async function atMost<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let callOff = (): void => {};
  const over = new Promise<undefined>((resolve) => {
    const timer = setTimeout(resolve, ms);
    callOff = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    callOff();
  }
}
