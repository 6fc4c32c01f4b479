import { type Outcome, type RateStatus, fail, ok } from "@rookery/sync";
import { CredentialsObject } from "../credentials/credentials-object.ts";
import type { AgentState } from "../state.ts";
import { isTakenDown } from "../sessions/login.ts";
import { deleteAllSessions } from "../sessions/sessions.ts";
import { countAccount } from "./account-counts.ts";
import { MAX_RATES, MAX_REF_CHARS } from "./limits.ts";
import { type AccountRate, spendRates } from "./spend-rates.ts";
import { activate, deactivate, setHandle, setStanding } from "./standing.ts";
import type { AccountCounts, StandingApi, StatusAttr } from "./standing-api.ts";
import { accountAttrs, blobAttr, recordAttr, refOf, takeDownBlob, takeDownRecord } from "./subjects.ts";

/** Whether the account takes part: deactivated, taken down, suspended, deleted, its handle; and what of it was taken down. */
export abstract class StandingObject<Env> extends CredentialsObject<Env> implements StandingApi {
  deactivate({ deleteAfter }: { deleteAfter?: string }): Promise<Outcome<null>> {
    return this.#change((state) => deactivate(state, deleteAfter ?? null));
  }

  activate(): Promise<Outcome<null>> {
    return this.with(async (state) => {
      if (isTakenDown(state) || state.account.status === "deleted") return fail(400, "AccountNotFound", "user not found");
      activate(state);
      await state.standing.tell();
      return ok(null);
    });
  }

  takeDown(takedown: StatusAttr): Promise<Outcome<null>> {
    const checked = refFits(takedown);
    return checked ?? this.#change((state) => {
      setStanding(state, { takedownRef: refOf(takedown) }, { within: () => deleteAllSessions(state.sql) });
      endSockets(state);
    });
  }

  suspend({ until, ...suspension }: StatusAttr & { until?: number }): Promise<Outcome<null>> {
    const change = { suspendedRef: refOf(suspension), suspendedUntil: suspension.applied ? (until ?? null) : null };
    return refFits(suspension) ?? this.#change((state) => {
      setStanding(state, change, { within: () => deleteAllSessions(state.sql) });
      endSockets(state);
    });
  }

  announceStanding(): Promise<Outcome<null>> {
    return this.#change((state) => setStanding(state, {}));
  }

  setHandle({ handle }: { handle: string }): Promise<Outcome<null>> {
    return this.#change((state) => setHandle(state, handle));
  }

  accountAttrs(): Promise<Outcome<{ takedown: StatusAttr; deactivated: StatusAttr }>> {
    return this.with((state) => ok(accountAttrs(state)));
  }

  recordAttr({ path }: { path: string }): Promise<Outcome<{ cid: string; takedown: StatusAttr } | undefined>> {
    return this.with((state) => ok(recordAttr(state, path)));
  }

  blobAttr({ cid }: { cid: string }): Promise<Outcome<StatusAttr | undefined>> {
    return this.with((state) => ok(blobAttr(state, cid)));
  }

  takeDownRecord({ path, takedown }: { path: string; takedown: StatusAttr }): Promise<Outcome<null>> {
    return refFits(takedown) ?? this.#change((state) => takeDownRecord(state, path, takedown));
  }

  takeDownBlob({ cid, takedown }: { cid: string; takedown: StatusAttr }): Promise<Outcome<null>> {
    return refFits(takedown) ?? this.#change((state) => takeDownBlob(state, cid, takedown));
  }

  countAccount(): Promise<Outcome<AccountCounts>> {
    return this.with((state) => ok(countAccount(state)));
  }

  spendRates({ rates }: { rates: AccountRate[] }): Promise<Outcome<RateStatus & { exceeded: boolean }>> {
    return this.with((state) => ok(spendRates(state, rates.slice(0, MAX_RATES))));
  }

  /** Change something of an account that is not deleted, and let the registry know before it is answered, if it can be reached. */
  #change(change: (state: AgentState) => void): Promise<Outcome<null>> {
    return this.with(async (state) => {
      if (state.account.status === "deleted") return fail(400, "InvalidRequest", "Account not found");
      change(state);
      await state.standing.tell();
      return ok(null);
    });
  }
}

/** Sockets outlive the tokens they came with: nobody goes on reading by one what would be refused to a newcomer. Who waits is told. */
const endSockets = (state: AgentState): void => {
  if (!isTakenDown(state)) return;
  state.inbox.announce();
  state.sockets.end("the account was taken down");
  state.progress.sockets.end("the account was taken down");
};

const refFits = ({ ref }: StatusAttr): Promise<Outcome<null>> | undefined =>
  ref === undefined || ref.length <= MAX_REF_CHARS ? undefined : Promise.resolve(fail(400, "InvalidRequest", `ref must be at most ${MAX_REF_CHARS} letters, has ${ref.length}`));
