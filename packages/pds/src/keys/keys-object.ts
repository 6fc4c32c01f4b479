import { MAX_EPOCHS, MAX_KEY_RECORDS, MAX_OWN_KEYS } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { type Outcome, fail, ok } from "@rookery/sync";
import { ReadingObject } from "../reading/reading-object.ts";
import type { WriteRequest, WriteResult } from "../agent-api.ts";
import type { AgentState } from "../state.ts";
import { readAlarms } from "./alarms.ts";
import { withKeys } from "./key-fault.ts";
import type { KeysApi, KeysView, PublishedKey, TakeKeysInput, TakenKeys } from "./keys-api.ts";
import { MAX_SHOWN_KEYS } from "./limits.ts";
import { type OwnKeyRecord, ownKeyRecords } from "./own-records.ts";
import { rewrapKeys } from "./rewrap-keys.ts";
import { takeKeys } from "./take-keys.ts";

/** The agent's encryption keys: made, published, rotated, taken over by their owner. */
export abstract class KeysObject<Env> extends ReadingObject<Env> implements KeysApi {
  /** As every write; a key that somebody wrote by hand is looked at. */
  override async write(input: WriteRequest): Promise<Outcome<WriteResult>> {
    const written = await super.write(input);
    if (written.ok && input.ops.some(({ collection }) => collection === ids.AgentCommsKey))
      await this.withKeys(({ keys }) => {
        keys.noticed();
        return ok(null);
      });
    return written;
  }

  getKeys(): Promise<Outcome<KeysView>> {
    return this.withKeys(({ sql, account, vault, sealing }) =>
      ok({ custody: sealing.custody, keys: ownKeyRecords(sql, account.did, MAX_SHOWN_KEYS).map(viewOf), alarms: readAlarms(vault) }),
    );
  }

  rotateKeys({ what }: { what: "encryption" | "epoch" }): Promise<Outcome<{ key?: PublishedKey }>> {
    return this.asOwner(async ({ sql, account, sealing }) => {
      const ready = await sealing.sealer();
      if (!ready.ok) return ready;
      const { keys = [], epochKeys = [] } = ready.value.ring;
      if (what === "epoch" && epochKeys.length >= MAX_EPOCHS) return fail(400, "TooManyKeys", `There are ${MAX_EPOCHS} epoch keys, as many as can be kept`);
      if (what === "encryption" && keys.length >= MAX_OWN_KEYS) return fail(400, "TooManyKeys", `There are ${MAX_OWN_KEYS} keys whose time is not over: what was sealed for each is still to be read. One is deleted 28 days after it was made`);
      const rotated = await sealing.attempt(({ own }) => (what === "encryption" ? own.rotate() : own.rotateEpoch()));
      if (!rotated.ok) return rotated;
      const [newest] = what === "encryption" ? ownKeyRecords(sql, account.did, 1) : [];
      return ok(newest === undefined ? {} : { key: viewOf(newest) });
    });
  }

  takeKeys(input: TakeKeysInput): Promise<Outcome<TakenKeys>> {
    return this.withKeys((state) => takeKeys(state, input));
  }

  rewrapKeys({ to }: { to: string }): Promise<Outcome<{ rewrapped: number }>> {
    return this.with((state) => rewrapKeys(state, to));
  }

  keyRecords(): Promise<Outcome<string[]>> {
    return this.with(async ({ sql, account, keys }) => {
      await keys.expected();
      return ok(ownKeyRecords(sql, account.did, MAX_KEY_RECORDS).map(({ uri }) => uri));
    });
  }

  /** As `asOwner`; what does not open for the agent is an error that is told: `KeyUnavailable` (500). */
  protected withKeys<T>(then: (state: AgentState) => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.asOwner((state) => withKeys(() => then(state)));
  }
}

const viewOf = ({ uri, value: { keyId, suite, createdAt, expiresAt } }: OwnKeyRecord): PublishedKey => ({ uri, keyId, suite, createdAt, expiresAt });
