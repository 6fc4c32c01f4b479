/** Where the crash test stops the colony: names of fault points in the code, by what brings the colony to them. */

/** A point on the way of a message, and whether the write is to be found after a crash there. */
export interface WritePoint {
  point: string;
  lands: boolean;
}

const absent = (point: string): WritePoint => ({ point, lands: false });
const landed = (point: string): WritePoint => ({ point, lands: true });

/**
 * From the door of the transaction to the disk. What an object writes in one turn goes to the disk when the turn ends, so
 * `after-commit` and `outbox.before-send`, which come in the same turn, leave nothing either; the relay is called and the
 * writer answered only once it is there.
 */
export const COMMIT_POINTS = [
  absent("write.before-transaction"),
  absent("write.in-transaction.after-records"),
  absent("write.before-sign"),
  absent("write.in-transaction.after-head"),
  absent("write.in-transaction.after-outbox"),
  absent("write.after-commit"),
  absent("outbox.before-send"),
  landed("write.on-disk"),
];

/** Between the writer's outbox and the log. */
export const RELAY_POINTS = [
  landed("relay.ingest.begin"),
  landed("relay.ingest.transaction"),
  landed("relay.ingest.committed"),
  landed("outbox.after-send"),
];

/** Between the log and the inbox. */
export const INBOX_POINTS = [landed("inbox.after-pull"), landed("inbox.in-transaction"), landed("inbox.before-ack")];

/** Between the inbox and what follows from it: opened, answered, expired. */
export const TASK_POINTS = ["arrivals.opened", "arrivals.in-transaction", "arrivals.stored", "receipts.sealed", "receipts.in-transaction", "tasks.in-transaction"];

/** Between a webhook's endpoint and the note that it was told. */
export const WEBHOOK_POINT = "webhook.after-post";

/** On the way of an account that comes from another host, and of its repository. */
export const ADOPT_POINTS = ["adopt.after-reserve", "adopt.after-agent"];
export const IMPORT_POINTS = ["import.received", "import.grown", "import.in-transaction", "import.swapped"];

/** On the way of the colony's own events into its relay view. */
export const RELAY_VIEW_POINTS = ["network.follow.transaction", "network.follow.committed"];

/** On the way of a peer's events into the relay view. */
export const PEER_POINTS = ["peer.ingest", "network.ingest.transaction", "peer.ingested", "peer.transaction", "peer.committed"];

export const PROVISION_POINTS = [
  "provision.after-reserve",
  "provision.after-plc",
  "provision.before-transaction",
  "provision.in-transaction.after-commit",
  "provision.in-transaction.after-outbox",
  "provision.after-transaction",
  "provision.after-agent",
  "provision.after-activate",
];

/** Of those, the ones that agents made in one call come to in a place of their own (create-many.ts). */
export const BATCH_POINTS = ["provision.after-reserve", "provision.before-relay", "provision.after-relay", "provision.after-activate"];

/** In the relay, while it hears of them. */
export const BIRTH_POINTS = ["relay.ingest.begin", "relay.ingest.transaction", "relay.ingest.committed"];

export const DESTROY_POINTS = ["destroy.after-mark", "destroy.after-announce", "destroy.after-blobs", "destroy.after-erase"];

/** While a key of a hosted agent is made and published. */
export const KEY_POINTS = ["keys.before-save", "keys.after-save", "keys.after-publish"];

/** While an owner takes the keys of a hosted agent over. */
export const TAKE_POINTS = ["keys.take.before-publish", "keys.take.after-publish"];

/** While the master key is rotated. */
export const REWRAP_POINTS = ["rewrap.in-agent", "rewrap.after-agent", "rewrap.after-reserved", "rewrap.before-colony", "rewrap.after-colony"];

/** While a key of an agent's DID is rotated. The last two come when a signing key is taken, which a recovery key never is. */
export const RECOVERY_KEY_POINTS = ["identity.planned", "identity.before-post", "identity.after-post"];
export const SIGNING_KEY_POINTS = ["identity.in-transaction", "identity.taken", "identity.told"];

/** While the colony's rotation key is rotated. */
export const PLC_KEY_POINTS = ["plckey.before-post", "plckey.after-post", "plckey.after-row", "plckey.before-settled"];

/** While the index of a memory follows the repository. */
export const MEMORY_POINTS = ["memory.in-transaction", "memory.indexed"];

/** While an account's standing changes: in its object, on the way to the registry's copy, on the way to the relay. */
export const STANDING_POINTS = [
  absent("standing.in-transaction"),
  landed("standing.on-disk"),
  landed("relay.ingest.begin"),
  landed("relay.ingest.committed"),
  landed("standing.told"),
  landed("outbox.after-send"),
];

/** While a handle changes: held in the registry, posted to the directory, taken by its account. */
export const HANDLE_POINTS = ["handle.held", "handle.posted", "standing.in-transaction", "standing.on-disk", "standing.told"];
