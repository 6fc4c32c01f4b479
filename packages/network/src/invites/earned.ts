import type { InviteCode } from "./invite-store.ts";

/** How codes come to accounts by themselves. */
export interface InviteSettings {
  /** Milliseconds of an account's life that earn it a code. */
  interval: number;
  /** Milliseconds since 1970; what was lived before earns nothing. */
  epoch: number;
}

/** Codes of its own that an account may have open at a time (the reference's). */
const MAX_OPEN = 5;

/**
 * How many codes an account is to be given now: one for each whole interval of its life since the epoch, counted from its
 * birth, less those it was given since; never more than {@link MAX_OPEN} open ones. What the admin gave it is not counted.
 */
export const earnedCodes = (codes: InviteCode[], bornAt: number, { interval, epoch }: InviteSettings, now: number): number => {
  const own = codes.filter(({ createdBy }) => createdBy !== "admin");
  const open = own.filter(({ disabled, available, uses }) => !disabled && available > uses.length).length;
  const intervals = (until: number): number => Math.max(0, Math.floor((until - bornAt) / interval));
  const given = own.filter(({ createdAt }) => Date.parse(createdAt) > epoch).length;
  return Math.max(0, Math.min(MAX_OPEN - open, intervals(now) - intervals(epoch) - given));
};
