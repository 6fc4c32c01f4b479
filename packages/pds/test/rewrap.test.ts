import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { KeyUnavailableError, masterKeyId, rewrapKey } from "../src/keys/wrap.ts";
import { rewrapKeys } from "../src/keys/rewrap-keys.ts";
import { type AgentState, openState } from "../src/state.ts";
import { readAccount } from "../src/store/account.ts";
import { listSecrets } from "../src/store/secret.ts";
import { type Made, create, makeAgent, value } from "./agents.ts";
import { world } from "./worker.ts";

const OLD = world.masterKey;
const NEW = new Uint8Array(32).fill(8);
const both = { current: NEW, previous: OLD };

const inside = <T>({ stub }: Made, work: (state: AgentState) => T | Promise<T>): Promise<T> => runInDurableObject(stub, (object) => object.inside(async (state) => work(state)));

/** The same agent, as a colony with other master keys wakes it. */
const wokenWith = (state: AgentState, masterKey: AgentState["ports"]["masterKey"]): AgentState => openState(state.storage, { ...state.ports, masterKey });

/** Everything that is wrapped in it. */
const wrappings = ({ sql }: AgentState): Uint8Array[] => [readAccount(sql).signingKey, ...listSecrets(sql).map(({ wrapped }) => wrapped)];

describe("another master key", () => {
  it("opens everything of an agent once it is wrapped anew, and nothing in its repository changed", async () => {
    const made = await makeAgent();
    value(await made.api.rotateKeys({ what: "encryption" }));
    const keys = value(await made.api.listRecords({ collection: "agent.comms.key", limit: 10 }));
    await inside(made, async (state) => {
      const ring = await state.sealing.ring();
      const rotating = wokenWith(state, both);
      // Both are good until then, and after.
      expect(await rotating.sealing.ring()).toEqual(ring);
      expect(rewrapKeys(rotating, masterKeyId(NEW))).toEqual({ ok: true, value: { rewrapped: 2 } });
      expect(rewrapKeys(rotating, masterKeyId(NEW))).toEqual({ ok: true, value: { rewrapped: 0 } });
      expect(await rotating.sealing.ring()).toEqual(ring);
      value(await rotating.writer.write({ ops: [create("before")] }));
      const after = wokenWith(state, NEW);
      expect(await after.sealing.ring()).toEqual(ring);
      value(await after.writer.write({ ops: [create("after")] }));
      expect((await wokenWith(state, OLD).sealing.sealer()).ok).toBe(false);
      for (const wrapped of wrappings(state)) expect(() => rewrapKey(OLD, made.did, wrapped)).toThrow(KeyUnavailableError);
    });
    expect(value(await made.api.getRecord({ collection: "com.example.note", rkey: "after" })).rkey).toBe("after");
    expect(value(await made.api.listRecords({ collection: "agent.comms.key", limit: 10 }))).toEqual(keys);
  });

  it("is refused by an object that still runs with the old one", async () => {
    const made = await makeAgent();
    expect(await made.api.rewrapKeys({ to: masterKeyId(NEW) })).toMatchObject({ ok: false, error: { name: "OtherMasterKey", status: 409 } });
    await inside(made, (state) => expect(wrappings(state)).toHaveLength(1));
  });

  it("wraps nothing of an agent of which anything does not open", async () => {
    const made = await makeAgent();
    value(await made.api.rotateKeys({ what: "encryption" }));
    await inside(made, (state) => {
      state.sql.exec("UPDATE secret SET wrapped = ?", new Uint8Array(61).fill(1));
      const before = wrappings(state);
      expect(rewrapKeys(wokenWith(state, both), masterKeyId(NEW))).toMatchObject({ ok: false, error: { name: "KeyUnavailable" } });
      expect(wrappings(state)).toEqual(before);
    });
  });

  it("is what an agent is born under, whichever its draft was wrapped under", async () => {
    const made = await makeAgent();
    await inside(made, (state) => {
      // As provisioning does with a draft of before the rotation.
      const rewrapped = rewrapKey(both, made.did, state.account.signingKey);
      expect(rewrapped).toBeDefined();
      expect(rewrapKey(both, made.did, rewrapped ?? new Uint8Array())).toBeUndefined();
    });
  });
});
