import { type Kind, KINDS } from "../types.ts";
import type { Page } from "./page.ts";
import { tagsAt } from "./page.ts";
import type { Superseded } from "./superseded.ts";

const FACT = KINDS.indexOf("fact");

/** Which memories are looked at. Times are milliseconds since 1970. */
export interface Filter {
  kinds?: readonly Kind[];
  /** hash32 of folded tags. */
  tags?: readonly number[];
  since?: number;
  until?: number;
  /** What held then; otherwise what holds `now`. */
  asOf?: number;
  /** Whatever has its place. */
  superseded?: boolean;
  minTrust?: number;
  /** What is pinned, by hash53 of its path: a summary that tells of it does not hide it. */
  pinned: ReadonlySet<number>;
  onlyPinned?: boolean;
  now: number;
}

/** Whether the memory at a place in a page passes. */
export function makeFilter(filter: Filter, superseded: Superseded): (page: Page, i: number) => boolean {
  const { tags = [], since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, asOf, minTrust = 0, pinned, onlyPinned = false, now } = filter;
  const kinds = new Set((filter.kinds ?? KINDS).map((kind) => KINDS.indexOf(kind)));
  return (page, i) => {
    const time = page.time[i] as number;
    if (time < since || time >= until || !kinds.has(page.kind[i] as number) || (page.trust[i] as number) < minTrust) return false;
    const hash = page.pathHash[i] as number;
    const isPinned = pinned.has(hash);
    if (onlyPinned && !isPinned) return false;
    if (tags.length > 0 && !tags.every((tag) => tagsAt(page, i).includes(tag))) return false;
    const successor = superseded.of(hash);
    const validTo = page.validTo[i] as number;
    if (asOf !== undefined) return time <= asOf && asOf < validTo && (successor === undefined || successor.condensed || successor.at > asOf);
    if (filter.superseded === true) return true;
    // A fact that was told to hold from a later day on leaves what holds until then.
    const stays = successor?.condensed === true ? isPinned : page.kind[i] === FACT && successor !== undefined && successor.at > Math.max(now, successor.written);
    return (successor === undefined || stays) && now < validTo;
  };
}
