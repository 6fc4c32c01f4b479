/** What quarantine holds, as far as it matters for who makes room. */
export interface Holding {
  id: number;
  /** Host of the author; empty when nobody knows it. */
  host: string;
  size: number;
  isDiscarded: boolean;
}

/**
 * Which of the holdings (in order of their ids) go, so that what stays keeps the bounds. What was discarded goes first, the oldest
 * first; then the newest of the site that has most waiting. A flood makes room for itself, from however many hosts of one
 * domain it comes.
 */
export function makeRoom(holdings: Holding[], maxRows: number, maxBytes: number): Holding[] {
  const sites = new Map<string, { waiting: Holding[]; bytes: number }>();
  const discarded = holdings.filter(({ isDiscarded }) => isDiscarded);
  let rows = holdings.length;
  let bytes = 0;
  for (const holding of holdings) {
    bytes += holding.size;
    if (holding.isDiscarded) continue;
    const site = sites.get(siteOf(holding.host)) ?? { waiting: [], bytes: 0 };
    sites.set(siteOf(holding.host), site);
    site.waiting.push(holding);
    site.bytes += holding.size;
  }
  const gone: Holding[] = [];
  for (let next = 0; rows > maxRows || bytes > maxBytes; rows--) {
    const isRows = rows > maxRows;
    let one = isRows ? discarded[next++] : undefined;
    if (one === undefined) {
      const amount = (site: { waiting: Holding[]; bytes: number }) => (isRows ? site.waiting.length : site.bytes);
      const [most] = [...sites.values()].toSorted((a, b) => amount(b) - amount(a) || (b.waiting.at(-1)?.id ?? 0) - (a.waiting.at(-1)?.id ?? 0));
      one = most?.waiting.pop();
      if (most === undefined || one === undefined) return gone;
      most.bytes -= one.size;
    }
    bytes -= one.size;
    gone.push(one);
  }
  return gone;
}

/**
 * Who is behind a host, as far as its name tells: names below a domain cost nothing. The last two labels are more than that where
 * domains are sold below a second one (`co.uk`), whose hosts then share a place.
 */
const siteOf = (host: string): string => {
  const name = host.replace(/:\d+$/, "");
  return /^[\d.]+$|\]$/.test(name) ? name : name.split(".").slice(-2).join(".");
};
