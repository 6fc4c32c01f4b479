/** Runs asynchronous work one piece after another. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** The result of `work`, which begins when all before it is over, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
