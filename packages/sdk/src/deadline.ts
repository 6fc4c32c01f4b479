/** A moment, or how long from now: a Date, an ISO 8601 datetime, or milliseconds from now. */
export type Deadline = Date | string | number;

/** Longest time that a timer can be set for, in ms; what is later is looked at again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The moment that is meant, in ms since 1970. @throws TypeError for what is no moment. */
export const momentOf = (deadline: Deadline, now = Date.now()): number => {
  const at = typeof deadline === "number" ? now + deadline : new Date(deadline).getTime();
  if (!Number.isFinite(at)) throw new TypeError(`Not a moment: ${String(deadline)}. Give a Date, an ISO 8601 datetime, or milliseconds from now`);
  return at;
};

/** The moment as a record writes it. @throws TypeError for what is no moment, or none that a date can hold. */
export const datetimeOf = (deadline: Deadline, now = Date.now()): string => {
  const date = new Date(momentOf(deadline, now));
  if (Number.isNaN(date.getTime())) throw new TypeError(`Not a moment: ${String(deadline)} is beyond what a date can hold`);
  return date.toISOString();
};

/** Call once at a moment, however far away. @returns a function that calls it off. */
export const at = (moment: number, call: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout>;
  const set = (): void => {
    const left = moment - Date.now();
    timer = left > MAX_TIMER_MS ? setTimeout(set, MAX_TIMER_MS) : setTimeout(call, Math.max(0, left));
  };
  set();
  return () => clearTimeout(timer);
};
