import { Tree } from "@rookery/repo";
import { Blobs } from "./blobs.ts";
import { Inbox } from "./inbox/inbox.ts";
import { openSigner, type Signer } from "./keys/signer.ts";
import { Outbox } from "./outbox.ts";
import { Pins } from "./pins.ts";
import type { AgentPorts } from "./ports.ts";
import { Scheduler } from "./scheduler.ts";
import { migrate } from "./schema.ts";
import { sha256 } from "./sha256.ts";
import { type Account, readAccount } from "./store/account.ts";
import { type Head, readHead } from "./store/head.ts";
import { nodeStore } from "./store/nodes.ts";
import { Vault } from "./vault/vault.ts";

/** A provisioned agent that is awake: its storage, and what of it is kept in memory. */
export interface AgentState {
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly ports: AgentPorts;
  readonly scheduler: Scheduler;
  readonly outbox: Outbox;
  readonly pins: Pins;
  readonly blobs: Blobs;
  readonly inbox: Inbox;
  /** What the agent keeps for itself, encrypted. */
  readonly vault: Vault;
  /** Replaced as a whole, and only after the transaction that wrote it. */
  account: Account;
  head: Head;
  readonly tree: Tree;
  /** Opened with the first write. Throws KeyUnavailableError, every time. */
  readonly signer: () => Signer;
}

/** Wake a provisioned agent: bring its schema up to date, then read its two rows. The tree is read as it is needed. */
export function openState(storage: DurableObjectStorage, ports: AgentPorts): AgentState {
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql));
  const account = readAccount(sql);
  const head = readHead(sql);
  const scheduler = new Scheduler(storage);
  scheduler.load();
  let signer: Signer | undefined;
  return {
    storage,
    sql,
    ports,
    scheduler,
    account,
    head,
    outbox: new Outbox(sql, ports, scheduler, account, head.n),
    pins: new Pins(sql),
    blobs: new Blobs(sql, scheduler, ports),
    inbox: new Inbox(storage, scheduler, ports, account.did),
    vault: new Vault(sql, ports.masterKey, account.did),
    tree: Tree.open(nodeStore(sql), { cid: head.rootCid, id: head.rootId }, sha256),
    signer: () => (signer ??= openSigner(ports.masterKey, account.did, account.signingKey)),
  };
}
