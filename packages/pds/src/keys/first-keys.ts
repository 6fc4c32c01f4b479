import { DEFAULT_SUITE, OwnKeys, makeKeyState, saveKeyState } from "@rookery/envelope";
import { cidToString } from "@rookery/repo";
import type { PreparedOp } from "../agent-api.ts";
import { newRecordKey, prepareOp } from "../write/prepare.ts";

/** An agent's first encryption key, made before the agent: what becomes of it is part of the agent's own beginning. */
export interface FirstKeys {
  /** What the vault keeps. */
  state: Uint8Array;
  /** The record that publishes the key. */
  op: PreparedOp & { bytes: Uint8Array; cid: Uint8Array };
  /** When the next one is to follow, in milliseconds since 1970. */
  dueAt: number;
}

/** Make the keys of a new agent whose colony holds them, with the record that publishes the first. Nothing is stored. */
export async function makeFirstKeys(did: string, now: number): Promise<FirstKeys> {
  const state = await makeKeyState();
  let op: FirstKeys["op"] | undefined;
  const own = new OwnKeys(state, {
    did,
    suite: DEFAULT_SUITE,
    now: () => now,
    nextRkey: newRecordKey,
    publish: async (collection, rkey, record) => {
      const prepared = prepareOp({ action: "create", collection, rkey, record, validate: true });
      if (!prepared.ok) throw new Error(`the first key of ${did} is no record: ${prepared.error.message}`);
      const { bytes, cid } = prepared.value.op;
      if (bytes === undefined || cid === undefined) throw new Error("what was prepared to be created has its bytes");
      op = { ...prepared.value.op, bytes, cid };
      return { uri: `at://${did}/${collection}/${rkey}`, cid: cidToString(cid) };
    },
    find: async () => undefined,
    save: async () => undefined,
  });
  await own.refresh();
  if (op === undefined) throw new Error(`no first key of ${did} was made`);
  let text = "";
  await saveKeyState({ load: async () => undefined, save: async (saved) => void (text = saved) }, did, state);
  return { state: new TextEncoder().encode(text), op, dueAt: own.dueAt };
}
