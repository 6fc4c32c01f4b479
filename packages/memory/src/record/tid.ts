const DIGITS = "234567abcdefghijklmnopqrstuvwxyz";
const TID = /^[2-7a-j][2-7a-z]{12}$/;
/** Of its 65 bits, those that name the clock. */
const CLOCK_ID = 1024n;

/** When a TID was made, in milliseconds since 1970; undefined for what is none. Spec: atproto, record keys. */
export function timeOfTid(rkey: string): number | undefined {
  if (!TID.test(rkey)) return undefined;
  let bits = 0n;
  for (const digit of rkey) bits = bits * 32n + BigInt(DIGITS.indexOf(digit));
  return Number(bits / CLOCK_ID / 1000n);
}
