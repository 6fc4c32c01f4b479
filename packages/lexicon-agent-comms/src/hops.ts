/** Largest `hopCount` a record may carry; agents answer each other by themselves, and something must end it. */
export const MAX_HOPS = 8;

interface Answerable {
  hopCount?: number;
  autoReply?: boolean;
}

/** `hopCount` of an automatic answer to `record`; undefined when it must not be answered automatically. */
export function nextHop(record: Answerable): number | undefined {
  const hops = record.hopCount ?? 0;
  return record.autoReply === false || hops >= MAX_HOPS ? undefined : hops + 1;
}
