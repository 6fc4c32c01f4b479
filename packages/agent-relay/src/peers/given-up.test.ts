import { describe, expect, it } from "vitest";
import { newAccount, type Account } from "./accounts.ts";
import { failedAgain, givenUp } from "./given-up.ts";
import { HostBusyError, HostError } from "./host-client.ts";
import { BrokenOftenError, NotBelievedError, UnprovenError } from "./mend-error.ts";
import { RepoError } from "./read-repo.ts";
import { UNSEEN_TRIES } from "./settings.ts";

const LIMITS = { missedTries: 3 };
const UNSEEN = newAccount("did:plc:a");
const SEEN: Account = { ...UNSEEN, commit: new Uint8Array([1]), rev: "r", desync: 7, due: 1 };
const ELSEWHERE = new NotBelievedError("did:plc:a", "WrongHost");
const OUTAGES = [new NotBelievedError("did:plc:a", "Unresolvable"), new HostError("m", 503), new HostBusyError("m", null), new TypeError("no way there"), new BrokenOftenError()];

/** What becomes of an account after these failures, one after another, and after how many of them. */
function after(account: Account, errors: Error[]): [Account | "forgotten" | undefined, number] {
  const known = { ...account };
  for (const [at, error] of errors.entries()) {
    Object.assign(known, failedAgain(known, error));
    const end = givenUp(known, error, LIMITS);
    if (end !== undefined) return [end, at + 1];
  }
  return [undefined, errors.length];
}
const times = (count: number, ...errors: Error[]): Error[] => Array.from({ length: count }, () => errors).flat();

describe("an account that cannot be mended", () => {
  it("is left alone once its document has said so often enough that it lives elsewhere, whatever failed before", () => {
    expect(after(SEEN, times(3, ELSEWHERE))).toEqual([{ ...SEEN, desync: 0, due: null }, 3]);
    expect(after(SEEN, [...times(9, ...OUTAGES), ELSEWHERE, ...times(9, new RepoError("m"), new HostError("m", 400)), ELSEWHERE])[0]).toBeUndefined();
    expect(after(SEEN, [ELSEWHERE, ...times(9, ...OUTAGES), ELSEWHERE, new NotBelievedError("did:plc:a", "NoDocument")])[0]).toMatchObject({ due: null });
    expect(after({ ...SEEN, status: "inactive" }, times(3, ELSEWHERE))[0]).toMatchObject({ active: false, desync: 7, due: null });
  });

  it("is forgotten when nothing of it was ever believed: soon by what comes, late by what does not", () => {
    expect(after(UNSEEN, times(3, new HostError("m", 400)))).toEqual(["forgotten", 3]);
    expect(after(UNSEEN, times(3, new RepoError("m")))).toEqual(["forgotten", 3]);
    expect(after(UNSEEN, times(UNSEEN_TRIES, new HostError("m", 503)))).toEqual(["forgotten", UNSEEN_TRIES]);
    expect(after(UNSEEN, [...times(UNSEEN_TRIES - 1, new HostError("m", 503)), ...times(2, new HostError("m", 400))])[0]).toBeUndefined();
  });

  it("has each kind of failure counted by itself, and all together", () => {
    const counts = [...OUTAGES, ELSEWHERE, new UnprovenError("p", new HostError("m", 400), true), new UnprovenError("p", new TypeError("m"), false)];
    expect(after(UNSEEN, counts.slice(0, 4))[0]).toBeUndefined();
    const known = { ...SEEN };
    for (const error of counts) Object.assign(known, failedAgain(known, error));
    expect(known).toMatchObject({ tries: counts.length, doubts: 1, unproven: 1, unanswered: 1 });
  });
});
