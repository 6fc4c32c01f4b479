import { createHash, createHmac } from "node:crypto";
import { Messaging } from "@rookery/messaging";
import type { AgentState } from "../state.ts";
import { vaultStore } from "./vault-store.ts";

/** The messaging engine of an agent whose keys the colony holds: over its vault, by its one alarm. */
export function openEngine({ vault, scheduler, account }: Pick<AgentState, "vault" | "scheduler" | "account">): Messaging {
  let key: Uint8Array | undefined;
  return new Messaging({
    did: account.did,
    store: vaultStore(vault),
    now: () => Date.now(),
    wakeAt: (time) => scheduler.ensure("tasks", time),
    flushAt: (time) => scheduler.ensure("receipts", time),
    digest: (text) => createHash("sha256").update(text).digest("base64"),
    opaqueKey: (text) => createHmac("sha256", (key ??= vault.derive("receipts"))).update(text).digest("base64url"),
  });
}
