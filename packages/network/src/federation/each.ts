/** Do something with each of a list, a few at a time; one that fails is given to `failed` and does not stop the others. */
export const eachOf = async <T>(items: readonly T[], atOnce: number, what: (item: T) => Promise<void>, failed: (item: T, error: unknown) => void): Promise<void> => {
  const rest = items.values();
  const work = async (): Promise<void> => {
    for (const item of rest) {
      try {
        await what(item);
      } catch (error) {
        failed(item, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
};
