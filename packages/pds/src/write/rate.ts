import type { RateStatus } from "@rookery/sync";
import { RATE_DAY, RATE_HOUR, WRITE_POINTS, WRITE_POINTS_PER_DAY, WRITE_POINTS_PER_HOUR } from "../limits.ts";
import type { Head } from "../store/head.ts";

/** Write points spent; part of the head row, so that counting costs no row. */
export type Meter = Pick<Head, "hourStart" | "hourPoints" | "dayStart" | "dayPoints">;

const HOUR_POLICY = `${WRITE_POINTS_PER_HOUR};w=${RATE_HOUR / 1000}`;
const DAY_POLICY = `${WRITE_POINTS_PER_DAY};w=${RATE_DAY / 1000}`;

/** Points of a write, as the reference counts them: a put is an update, whatever it becomes. */
export function pointsOf(ops: { action: "create" | "update" | "put" | "delete" }[]): number {
  let points = 0;
  for (const { action } of ops) points += action === "put" ? WRITE_POINTS.update : WRITE_POINTS[action];
  return points;
}

/** The meter after spending `points` at `now` (milliseconds), or undefined when the hour or the day does not hold them. */
export function spend(meter: Meter, points: number, now: number): Meter | undefined {
  const { hourStart, hourPoints, dayStart, dayPoints } = current(meter, now);
  const spent = { hourStart, hourPoints: hourPoints + points, dayStart, dayPoints: dayPoints + points };
  return spent.hourPoints > WRITE_POINTS_PER_HOUR || spent.dayPoints > WRITE_POINTS_PER_DAY ? undefined : spent;
}

/** The window that does not hold `points` more, as a refusal says it. */
export function exceeded(meter: Meter, points: number, now: number): RateStatus {
  const { hourStart, hourPoints, dayStart, dayPoints } = current(meter, now);
  return dayPoints + points > WRITE_POINTS_PER_DAY
    ? { limit: WRITE_POINTS_PER_DAY, remaining: WRITE_POINTS_PER_DAY - dayPoints, reset: seconds(dayStart + RATE_DAY), policy: DAY_POLICY }
    : { limit: WRITE_POINTS_PER_HOUR, remaining: WRITE_POINTS_PER_HOUR - hourPoints, reset: seconds(hourStart + RATE_HOUR), policy: HOUR_POLICY };
}

/** What is left, of whichever window leaves less; `reset` in seconds since 1970. */
export function remaining(meter: Meter, now: number): RateStatus {
  const { hourStart, hourPoints, dayStart, dayPoints } = current(meter, now);
  const hour = WRITE_POINTS_PER_HOUR - hourPoints;
  const day = WRITE_POINTS_PER_DAY - dayPoints;
  return day < hour
    ? { limit: WRITE_POINTS_PER_DAY, remaining: day, reset: seconds(dayStart + RATE_DAY), policy: DAY_POLICY }
    : { limit: WRITE_POINTS_PER_HOUR, remaining: hour, reset: seconds(hourStart + RATE_HOUR), policy: HOUR_POLICY };
}

function current(meter: Meter, now: number): Meter {
  const hourOver = now >= meter.hourStart + RATE_HOUR;
  const dayOver = now >= meter.dayStart + RATE_DAY;
  return {
    hourStart: hourOver ? now : meter.hourStart,
    hourPoints: hourOver ? 0 : meter.hourPoints,
    dayStart: dayOver ? now : meter.dayStart,
    dayPoints: dayOver ? 0 : meter.dayPoints,
  };
}

const seconds = (ms: number): number => Math.ceil(ms / 1000);
