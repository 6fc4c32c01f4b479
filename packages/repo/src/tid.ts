const ALPHABET = "234567abcdefghijklmnopqrstuvwxyz";
const SHAPE = /^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/;

/** Highest clock identifier: 10 bits. */
const MAX_CLOCK_ID = 1023;

/** Whether `text` is a timestamp identifier: 13 base32-sortable characters, top bit zero (AT Protocol "TID"). */
export function isTid(text: string): boolean {
  return text.length === 13 && SHAPE.test(text);
}

/** Microseconds since 1970 in a TID. The caller has checked {@link isTid}; throws RangeError otherwise. */
export function tidToMicros(tid: string): number {
  if (!isTid(tid)) throw new RangeError(`not a TID: ${tid.slice(0, 40)}`);
  let micros = 0;
  for (let i = 0; i < 11; i++) micros = micros * 32 + ALPHABET.indexOf(tid.charAt(i));
  return micros;
}

/** The TID of a moment (microseconds since 1970) and a clock identifier (0..1023). */
export function tidOf(micros: number, clockId: number): string {
  if (!Number.isSafeInteger(micros) || micros < 0) throw new RangeError(`not a time in microseconds: ${micros}`);
  if (!Number.isInteger(clockId) || clockId < 0 || clockId > MAX_CLOCK_ID) throw new RangeError(`clock id not in 0..1023: ${clockId}`);
  let text = ALPHABET.charAt(clockId >> 5) + ALPHABET.charAt(clockId & 31);
  for (let i = 0; i < 11; i++) {
    text = ALPHABET.charAt(micros % 32) + text;
    micros = Math.floor(micros / 32);
  }
  return text;
}

/**
 * The TID for now, strictly greater than `last` even when the clock stands still or went back: one microsecond after it
 * then. Used for revs and record keys.
 */
export function nextTid(last: string | undefined, nowMicros: number, clockId: number): string {
  const tid = tidOf(nowMicros, clockId);
  if (last === undefined || tid > last) return tid;
  return tidOf(tidToMicros(last) + 1, clockId);
}
