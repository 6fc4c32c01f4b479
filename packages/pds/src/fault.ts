/** How long a fault holds the object still, for the crash test to kill the process at exactly this point. */
const HOLD_MS = 10_000;

/**
 * A named place at which a crash test may end the process. When `fault` names it, it says so on stderr and does not
 * come back for ten seconds; the clock stands still in production, but faults are never set there.
 */
export function faultPoint(fault: string | undefined, name: string): void {
  if (fault === undefined || fault !== name) return;
  console.error(`fault:${name}`);
  const end = Date.now() + HOLD_MS;
  // Bounded by rounds too: in a runtime whose clock stands still while code runs this must end.
  for (let round = 0; round < 2_000_000_000 && Date.now() < end; round++);
}
