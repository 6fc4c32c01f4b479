/** Where the comparison with a host's listRepos stands, as the peer's row keeps it. */
export interface SweepPlace {
  /** Of listRepos; empty at the start. */
  cursor: string;
  /** Rev after which accounts that are not known may have written unseen; undefined in places that an older version wrote. */
  since: string | undefined;
}

const SHAPE = /^since:([2-7a-z]{13}) (.*)$/s;

/** As text: a cursor alone is what older versions wrote. */
export const writeSweep = ({ cursor, since }: SweepPlace): string => (since === undefined ? cursor : `since:${since} ${cursor}`);

/** A place of its text. */
export function readSweep(text: string): SweepPlace {
  const [, since, cursor] = SHAPE.exec(text) ?? [];
  return cursor === undefined ? { cursor: text, since: undefined } : { cursor, since };
}
