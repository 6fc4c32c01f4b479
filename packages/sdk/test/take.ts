/** The next events of a follower, each handled; the last one only when the next is asked for. */
export const take = async <T>(events: AsyncIterator<T>, count: number): Promise<T[]> => {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
};
