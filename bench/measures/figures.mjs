import { LOADS } from "../limits/loads.mjs";

/**
 * @typedef {object} Target
 * @property {string} [than] Whose figure ours is divided by: a peer, or `self` for another figure of ours; absent: the figure itself.
 * @property {string} [figure] For `self`: which one.
 * @property {string} [of] For `self`: that one in words, when it is not the cost at 1k.
 * @property {string} [whose] Which peer has to meet it, when it is not ours.
 * @property {number} [atMost]
 * @property {number} [atLeast]
 *
 * @typedef {object} Figure
 * @property {string} key
 * @property {string} label
 * @property {string} unit
 * @property {boolean} [more] True where more is better.
 * @property {Target[]} [targets]
 * @property {"relay" | "ingest" | "suites" | "messages" | "limits"} [table] Another table than that of the hosts.
 */

const QUARTER = { than: "official", atMost: 1 / 4 };
const THIRD = { than: "official", atMost: 1 / 3 };
const NEAR_FLOOR = { than: "skeleton", atMost: 1.3 };
const sameAs1k = (kind) => ({ than: "self", figure: `create-1k-${kind}`, atMost: 1.5 });

/** A reader alone costs less than the row that every event needs, so there the log with a send loop is what to be near. */
const fanOut = (readers) => [
  { table: /** @type {const} */ ("relay"), key: `relay-fan-${readers}-rate`, label: `fan-out of 4 KB to ${readers.toLocaleString("en")}`, unit: "deliveries/s", more: true, targets: [{ than: "bare", atLeast: 0.75 }] },
  { table: /** @type {const} */ ("relay"), key: `relay-fan-${readers}-cpu`, label: `fan-out to ${readers.toLocaleString("en")}, CPU per delivery`, unit: "µs" },
];

const found = (type, what) => ({ table: /** @type {const} */ ("memory"), key: `memory-recall-${type}`, label: `found among the first 5: ${what}`, unit: "%", more: true });

const recall = (size, targets = []) => [
  { table: /** @type {const} */ ("memory"), key: `recall-${size}-p50`, label: `recall over ${size.toLocaleString("en")}, p50`, unit: "ms", targets },
  { table: /** @type {const} */ ("memory"), key: `recall-${size}-p95`, label: `recall over ${size.toLocaleString("en")}, p95`, unit: "ms", targets },
  { table: /** @type {const} */ ("memory"), key: `recall-${size}-cpu`, label: `recall over ${size.toLocaleString("en")}, CPU`, unit: "ms" },
];

const sealing = (recipients) => [
  { table: /** @type {const} */ ("suites"), key: `seal-${recipients}`, label: `seal 1,000 bytes for ${recipients}`, unit: "µs" },
  { table: /** @type {const} */ ("suites"), key: `open-${recipients}`, label: `open what was sealed for ${recipients}`, unit: "µs" },
];

const overhead = (bytes, recipients) => ({ table: /** @type {const} */ ("suites"), key: `overhead-${bytes}-${recipients}`, label: `what sealing adds to ${bytes.toLocaleString("en")} bytes for ${recipients}`, unit: "bytes" });

const stored = (name, bytes, targets = []) => [
  { table: /** @type {const} */ ("storage"), key: `stored-${name}-ratio`, label: `database of 20,000 records of ${bytes} bytes, by their blocks`, unit: "times", targets },
  { table: /** @type {const} */ ("storage"), key: `stored-${name}-blocks`, label: "those blocks, with the tree's", unit: "MB" },
];

/** @param {string} label */
const growth = (label) => [
  { table: /** @type {const} */ ("growth"), key: `growth-${label}-cpu`, label: `createRecord at ${label} records, CPU`, unit: "ms", targets: label === "1m" ? [{ than: "self", figure: "growth-1k-cpu", atMost: 2 }] : [] },
  { table: /** @type {const} */ ("growth"), key: `growth-${label}-p50`, label: `createRecord at ${label} records, sequential, p50`, unit: "ms", targets: label === "1m" ? [{ than: "self", figure: "growth-1k-p50", atMost: 2 }] : [] },
];

/** What Cloudflare gives an isolate, with everything in it. */
const WITHIN_ISOLATE = { atMost: 128 };

/** @param {string} stage */
const resident = (stage) => [
  { table: /** @type {const} */ ("colony"), key: `colony-heap-${stage}`, label: `heap of the isolate, ${stage}`, unit: "MB" },
  { table: /** @type {const} */ ("colony"), key: `colony-resident-${stage}`, label: `resident memory of workerd, ${stage}`, unit: "MB" },
];

/** @param {string} label @param {string} size */
const exported = (label, size) => [
  { table: /** @type {const} */ ("exports"), key: `exports-${label}-rate`, label: `getRepo of ${size} records`, unit: "MB/s", more: true },
  { table: /** @type {const} */ ("exports"), key: `exports-${label}-cpu`, label: `getRepo of ${size} records, CPU per MB`, unit: "ms" },
  { table: /** @type {const} */ ("exports"), key: `exports-${label}-memory`, label: `resident memory of workerd that it takes, ${size} records`, unit: "MB" },
];

/** The rows of the tables. @type {Figure[]} */
export const FIGURES = [
  { key: "create-1k-cpu", label: "createRecord at 1k records, CPU", unit: "ms", targets: [QUARTER, NEAR_FLOOR] },
  { key: "create-3k-cpu", label: "createRecord at 3k records, CPU", unit: "ms", targets: [QUARTER, NEAR_FLOOR] },
  { key: "create-100k-cpu", label: "createRecord at 100k records, CPU", unit: "ms", targets: [sameAs1k("cpu")] },
  { key: "create-1k-p50", label: "createRecord at 1k, sequential, p50", unit: "ms", targets: [THIRD] },
  { key: "create-1k-p95", label: "createRecord at 1k, sequential, p95", unit: "ms" },
  { key: "create-3k-p50", label: "createRecord at 3k, sequential, p50", unit: "ms", targets: [THIRD] },
  { key: "create-3k-p95", label: "createRecord at 3k, sequential, p95", unit: "ms" },
  { key: "create-100k-p50", label: "createRecord at 100k, sequential, p50", unit: "ms", targets: [sameAs1k("p50")] },
  { key: "create-100k-p95", label: "createRecord at 100k, sequential, p95", unit: "ms" },
  { key: "create-one-rate", label: "createRecord, 16 concurrent, one agent", unit: "/s", more: true, targets: [{ than: "official", atLeast: 6 }] },
  { key: "create-one-cpu", label: "createRecord, 16 concurrent, one agent, CPU", unit: "ms" },
  { key: "create-many-rate", label: "createRecord, 16 concurrent, 16 agents", unit: "/s", more: true, targets: [{ than: "official", atLeast: 3 }] },
  { key: "create-many-cpu", label: "createRecord, 16 concurrent, 16 agents, CPU", unit: "ms" },
  { key: "batch-p50", label: "applyWrites of 200, p50", unit: "ms", targets: [{ than: "official", atMost: 1 / 8 }] },
  { key: "batch-cpu", label: "applyWrites of 200, CPU", unit: "ms", targets: [{ than: "official", atMost: 1 / 8 }] },
  { key: "get-p50", label: "getRecord, p50", unit: "ms" },
  { key: "get-rate", label: "getRecord, 16 concurrent", unit: "/s", more: true },
  { key: "get-cpu", label: "getRecord, CPU", unit: "ms", targets: [THIRD] },
  { key: "list-p50", label: "listRecords of 100, p50", unit: "ms" },
  { key: "list-cpu", label: "listRecords of 100, CPU", unit: "ms", targets: [THIRD] },
  { key: "export-p50", label: "getRepo of 2,500 records, p50", unit: "ms" },
  { key: "export-rate", label: "getRepo of 2,500 records", unit: "MB/s", more: true, targets: [{ than: "official", atLeast: 5 }] },
  { key: "export-cpu", label: "getRepo, CPU per MB", unit: "ms" },
  { key: "provision-p50", label: "createAccount, sequential, p50", unit: "ms" },
  { key: "provision-rate", label: "createAccount, 16 concurrent", unit: "/s", more: true },
  { key: "provision-cpu", label: "createAccount, CPU", unit: "ms" },
  { key: "agent-p50", label: "createAgent (official: createAccount), sequential, p50", unit: "ms" },
  { key: "agent-rate", label: "createAgent (official: createAccount), 16 concurrent", unit: "/s", more: true },
  { key: "agent-cpu", label: "createAgent (official: createAccount), CPU", unit: "ms" },
  { key: "agents-rate", label: "createAgents of 64 (official: createAccount, 16 concurrent)", unit: "/s", more: true, targets: [{ than: "official", atLeast: 5 }] },
  { key: "agents-cpu", label: "createAgents, CPU per agent", unit: "ms" },
  { key: "firehose-p50", label: "firehose, answer to frame, p50", unit: "ms" },
  { key: "firehose-p95", label: "firehose, answer to frame, p95", unit: "ms", targets: [{ atMost: 15 }] },
  { key: "firehose-whole-p50", label: "firehose, request to frame, p50", unit: "ms" },
  { key: "firehose-whole-p95", label: "firehose, request to frame, p95", unit: "ms" },
  { key: "fanout-50-p50", label: "fan-out, request to last of 50, p50", unit: "ms" },
  { key: "fanout-500-p50", label: "fan-out, request to last of 500, p50", unit: "ms" },
  { key: "fanout-500-cpu", label: "fan-out to 500, CPU per delivery", unit: "µs" },
  { key: "idle-after-cpu", label: "CPU while idle, right after other measures, per second", unit: "ms" },
  { key: "idle-cpu", label: "CPU while idle, 20 s later, per second", unit: "ms" },
  ...[1, 10, 100, 1000].flatMap((readers) => fanOut(readers)),
  { table: "relay", key: "relay-fan-memory", label: "resident memory of workerd with 1,000 readers", unit: "MB" },
  { table: "relay", key: "relay-stuck-rate", label: "fan-out to 100 beside a stuck reader", unit: "deliveries/s", more: true, targets: [{ than: "self", figure: "relay-alone-rate", of: "of it without", atLeast: 0.9 }] },
  { table: "relay", key: "relay-jetstream-100-rate", label: "Jetstream fan-out to 100", unit: "deliveries/s", more: true, targets: [{ than: "bare", figure: "relay-fan-100-rate", atLeast: 0.75 }] },
  { table: "relay", key: "relay-jetstream-100-cpu", label: "Jetstream fan-out to 100, CPU per delivery", unit: "µs" },
  { table: "relay", key: "relay-catchup-rate", label: "catch-up: one reader, a million events of 4 KB", unit: "events/s", more: true, targets: [{ atLeast: 20_000 }] },
  { table: "relay", key: "relay-catchup-cpu", label: "catch-up, CPU per event", unit: "µs" },
  { table: "relay", key: "relay-jetstream-catchup-rate", label: "Jetstream catch-up of the same", unit: "events/s", more: true },
  { table: "relay", key: "relay-jetstream-catchup-cpu", label: "Jetstream catch-up, CPU per event", unit: "µs" },
  { table: "ingest", key: "ingest-p256-rate", label: "commits of a peer, P-256", unit: "/s", more: true, targets: [{ atLeast: 1_500 }] },
  { table: "ingest", key: "ingest-p256-cpu", label: "commits of a peer, P-256, CPU", unit: "µs" },
  { table: "ingest", key: "ingest-k256-rate", label: "commits of a peer, secp256k1", unit: "/s", more: true, targets: [{ atLeast: 1_000 }] },
  { table: "ingest", key: "ingest-k256-cpu", label: "commits of a peer, secp256k1, CPU", unit: "µs" },
  { table: "ingest", key: "ingest-size", label: "bytes of a frame", unit: "bytes" },
  ...[1, 2, 8, 32].flatMap((recipients) => sealing(recipients)),
  ...[100, 1000, 10_000, 100_000].map((bytes) => overhead(bytes, 1)),
  ...[2, 8, 32].map((recipients) => overhead(1000, recipients)),
  { table: "messages", key: "socket-p50", label: "from the send call to the recipient's socket, p50", unit: "ms" },
  { table: "messages", key: "socket-p95", label: "from the send call to the recipient's socket, p95", unit: "ms", targets: [{ whose: "plain", atMost: 25 }] },
  { table: "messages", key: "poll-p50", label: "from the send call to the recipient's long-poll, p50", unit: "ms" },
  { table: "messages", key: "poll-p95", label: "from the send call to the recipient's long-poll, p95", unit: "ms", targets: [{ whose: "plain", atMost: 25 }] },
  { table: "messages", key: "send-p50", label: "the send call itself, p50", unit: "ms" },
  { table: "messages", key: "message-rate", label: "messages that have arrived, 16 concurrent, 8 pairs; primitives: a plain message, a seal and an open", unit: "/s", more: true, targets: [{ than: "primitives", atLeast: 0.7 }] },
  { table: "messages", key: "message-bare-rate", label: "the same; primitives: a createRecord without delivery, a seal, an open, a signature and its verification", unit: "/s", more: true },
  { table: "messages", key: "message-cpu", label: "CPU of one, relay and both agents included; primitives: a plain message, a seal and an open", unit: "ms" },
  found("direct", "in words of the memory"),
  found("form", "other forms of its words"),
  found("meaning", "in other words"),
  found("language", "not in English"),
  found("update", "what holds now"),
  found("asOf", "what held then"),
  found("recent", "the newer of two notes"),
  { table: "memory", key: "memory-first", label: "the right answer is the first", unit: "%", more: true },
  { table: "memory", key: "memory-mrr", label: "mean reciprocal rank", unit: "of 1", more: true, targets: [{ than: "bm25", atLeast: 1 }, { than: "scan", atLeast: 1 }] },
  { table: "memory", key: "memory-current", label: "nothing outdated before what holds", unit: "%", more: true },
  { table: "memory", key: "memory-abstains", label: "nothing found where nothing is known", unit: "%", more: true },
  { table: "memory", key: "memory-isolation", label: "answers that are another agent's", unit: "of all questions to two agents", targets: [{ atMost: 0 }] },
  ...recall(1000),
  ...recall(10_000, [{ atMost: 60 }]),
  ...recall(20_000),
  { table: "memory", key: "recall-10000-first", label: "the first recall over 10,000 after the object was away", unit: "ms" },
  { table: "memory", key: "remember-p50", label: "remember, p50", unit: "ms" },
  { table: "memory", key: "remember-cpu", label: "remember, CPU, index included", unit: "ms" },
  { table: "memory", key: "memory-resident", label: "in memory between questions, 20,000 memories", unit: "MB", targets: [{ atMost: 8 }] },
  { table: "memory", key: "memory-evicted", label: "the same, pages evicted", unit: "MB" },
  { table: "memory", key: "memory-stored", label: "index in storage, per memory", unit: "bytes" },
  { table: "storage", key: "rows", label: "rows written per create at 20,000 records, relay included", unit: "rows", targets: [{ atMost: 24 }] },
  { table: "storage", key: "rows-agent", label: "of them the agent's", unit: "rows" },
  { table: "storage", key: "rows-relay", label: "of them the relay's", unit: "rows" },
  ...stored("tiny", "some 90"),
  ...stored("small", "some 150", [{ atMost: 1.9 }]),
  ...stored("note", "some 350", [{ atMost: 1.9 }]),
  ...stored("long", "some 1,000", [{ atMost: 1.9 }]),
  ...["1k", "10k", "100k", "1m"].flatMap((label) => growth(label)),
  { table: "cold", key: "cold-first-p50", label: "first createRecord of a cold agent with 100,000 records, p50", unit: "ms", targets: [{ atMost: 10 }] },
  { table: "cold", key: "cold-first-p95", label: "the same, p95", unit: "ms" },
  { table: "cold", key: "cold-warm-p50", label: "the same agents' twelfth, p50", unit: "ms" },
  { table: "cold", key: "cold-warm-p95", label: "the same, p95", unit: "ms" },
  ...exported("10k", "10,000"),
  ...exported("100k", "100,000"),
  ...exported("300k", "300,000"),
  { table: "colony", key: "colony-rate", label: "1,000 agents provisioned by createAgents of 100", unit: "/s", more: true },
  { table: "colony", key: "colony-writes", label: "createRecord, 16 concurrent, over all agents", unit: "/s", more: true },
  ...["empty", "busy", "asleep"].flatMap((stage) => resident(stage)),
  { table: "limits", key: "limits-asleep", label: "100 agents asleep", unit: "MB" },
  { table: "limits", key: "limits-awake", label: "100 agents awake and writing", unit: "MB", targets: [WITHIN_ISOLATE] },
  { table: "limits", key: "limits-per-agent", label: "of it an agent that is awake", unit: "kB", targets: [{ atMost: 8_000 }] },
  ...LOADS.flatMap(({ key, label, resident: isResident }) => [
    { table: /** @type {const} */ ("limits"), key: `limits-${key}`, label, unit: "MB", targets: [WITHIN_ISOLATE] },
    ...(isResident ? [{ table: /** @type {const} */ ("limits"), key: `limits-${key}-resident`, label: "and its process beyond what it had before", unit: "MB" }] : []),
  ]),
];
