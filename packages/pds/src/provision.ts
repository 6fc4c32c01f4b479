import { Tree, carBytes, cidToString, nextTid, signCommit } from "@rookery/repo";
import { type OutboxRow, encodeAccountFrame, encodeCommitFrame, encodeIdentityFrame, encodeSyncFrame } from "@rookery/sync";
import type { ProvisionInput } from "./agent-api.ts";
import { faultPoint } from "./fault.ts";
import { KEYS, leaveToOwner } from "./keys/custody.ts";
import type { FirstKeys } from "./keys/first-keys.ts";
import { openSigner } from "./keys/signer.ts";
import { rewrapKey } from "./keys/wrap.ts";
import type { AgentPorts } from "./ports.ts";
import { Scheduler } from "./scheduler.ts";
import { makeNewborn, migrate } from "./schema.ts";
import { sha256 } from "./sha256.ts";
import { REGISTRY_HORIZON } from "./standing/limits.ts";
import { IN_GOOD_STANDING, insertAccount } from "./store/account.ts";
import { insertHead } from "./store/head.ts";
import { applyDelta, nodeStore } from "./store/nodes.ts";
import { type OutboxEvent, insertEvent } from "./store/outbox.ts";
import { insertRecord } from "./store/records.ts";
import { Vault } from "./vault/vault.ts";

const CLOCK_IDS = 1024;

/**
 * Bring an account into being, in one transaction: schema, keys, repository with its signed genesis commit (empty, or with the
 * record of the first encryption key), and the four events in the reference's order (none of an account that comes from
 * elsewhere). Before it there is nothing, after it everything. Throws KeyUnavailableError.
 *
 * No alarm sends the events: nobody has heard of the account before its provisioning goes on, and whoever goes on has them sent
 * first. An alarm of each new agent that finds nothing left to send would cost as much again as the commit.
 *
 * @param keys of an agent whose colony holds them. A commit of their own would be a third of what provisioning costs.
 * @param isOpenedNow whether the object goes on with it at once. One that does not gets its other tables when it is first opened.
 * @returns What the relay is to be told, in order.
 */
export function provision(storage: DurableObjectStorage, ports: AgentPorts, input: ProvisionInput, keys: FirstKeys | undefined, isOpenedNow: boolean): OutboxRow[] {
  const { sql } = storage;
  const { did, handle } = input;
  const sign = openSigner(ports.masterKey, did, input.wrappedSigningKey);
  const now = Date.now();
  const clockId = (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) % CLOCK_IDS;
  const rev = nextTid(undefined, now * 1000, clockId);
  const epoch = epochOf(input, now);
  faultPoint(ports.fault, "provision.before-transaction");
  const told = storage.transactionSync(() => {
    if (isOpenedNow) migrate(sql);
    else makeNewborn(sql);
    insertAccount(sql, {
      did, handle, email: input.email ?? null, emailConfirmedAt: null, model: input.model ?? null, ...standingOf(input, now),
      password: input.passwordHash,
      // What was drafted under an earlier master key must not stay behind when that is given up.
      signingKey: rewrapKey(ports.masterKey, did, input.wrappedSigningKey) ?? input.wrappedSigningKey, clockId, epoch,
    });
    const tree = Tree.open(nodeStore(sql), null, sha256);
    const first = keys && firstRecordOf(keys);
    if (first !== undefined) {
      tree.put(first.path, first.cid);
      insertRecord(sql, { key: first.path, cid: first.cid, rev, data: first.bytes });
    }
    let nextNode = 1;
    const delta = tree.flush(() => nextNode++);
    applyDelta(sql, delta, rev, undefined);
    const commit = signCommit({ did, data: delta.root.cid, rev }, sign, sha256);
    faultPoint(ports.fault, "provision.in-transaction.after-commit");
    const events = input.adopted ? [] : eventsOf(did, handle, { ...commit, rev }, { root: delta.root.cid, nodes: delta.written, first }, now);
    insertHead(sql, {
      cid: commit.cid, commit: commit.bytes, rev, rootId: delta.root.id, rootCid: delta.root.cid, nextNode, n: events.length,
      hourStart: 0, hourPoints: 0, dayStart: 0, dayPoints: 0,
    });
    for (const event of events) insertEvent(sql, event);
    const scheduler = new Scheduler(storage);
    // No event tells of it, and it is listed all the same.
    if (events.length === 0) scheduler.ensure("standing", now + REGISTRY_HORIZON);
    const vault = new Vault(sql, ports.masterKey, did);
    if (input.keys === "self") leaveToOwner(vault);
    if (keys !== undefined) {
      vault.put(KEYS, "state", keys.state);
      scheduler.ensure("keys", keys.dueAt);
    }
    faultPoint(ports.fault, "provision.in-transaction.after-outbox");
    return events;
  });
  faultPoint(ports.fault, "provision.after-transaction");
  return told.map((event) => ({ did, epoch, ...event }));
}

/** An account from elsewhere takes no part before its owner has brought everything. */
const standingOf = ({ adopted }: ProvisionInput, now: number) =>
  adopted ? { ...IN_GOOD_STANDING, status: "deactivated" as const, deactivatedAt: new Date(now).toISOString() } : { ...IN_GOOD_STANDING, status: null };

/** An account from elsewhere may have lived here before, and the relay remembers its events: their numbers begin anew with a later epoch. */
const epochOf = ({ adopted }: ProvisionInput, now: number): number => (adopted ? Math.ceil(now / 1000) : 1);

interface Block {
  cid: Uint8Array;
  bytes: Uint8Array;
}

/** A block with where it stands in the repository. */
interface FirstRecord extends Block {
  path: string;
}

const firstRecordOf = ({ op: { collection, rkey, cid, bytes } }: FirstKeys): FirstRecord => ({ path: `${collection}/${rkey}`, cid, bytes });

/** What the genesis commit holds. */
interface Contents {
  root: Uint8Array;
  nodes: Block[];
  first: FirstRecord | undefined;
}

/** What the world hears of a new account: `#identity`, `#account`, `#commit`, `#sync`. */
function eventsOf(did: string, handle: string, commit: Block & { rev: string }, { root, nodes, first }: Contents, now: number): OutboxEvent[] {
  const time = new Date(now).toISOString();
  const { rev } = commit;
  const state = { rev, head: cidToString(commit.cid), data: cidToString(root) };
  const genesis = encodeCommitFrame({
    repo: did, commit: commit.cid, rev, since: null, time,
    ops: first === undefined ? [] : [{ action: "create", path: first.path, cid: first.cid }],
    blocks: carBytes(commit.cid, [commit, ...nodes, ...(first === undefined ? [] : [first])]),
  });
  const sync = encodeSyncFrame({ did, rev, time, blocks: carBytes(commit.cid, [commit]) });
  return [
    { n: 1, kind: "identity", time, ...encodeIdentityFrame({ did, time, handle }) },
    { n: 2, kind: "account", time, ...encodeAccountFrame({ did, time, active: true }), active: true },
    { n: 3, kind: "commit", time, ...genesis, ...state },
    { n: 4, kind: "sync", time, ...sync, ...state },
  ];
}
