/**
 * @typedef {object} Target
 * @property {string} than Whose figure ours is divided by: a peer, or `self` for another figure of ours; absent: the figure itself.
 * @property {string} [figure] For `self`: which one.
 * @property {number} [atMost]
 * @property {number} [atLeast]
 *
 * @typedef {object} Figure
 * @property {string} key
 * @property {string} label
 * @property {string} unit
 * @property {boolean} [more] True where more is better.
 * @property {Target[]} [targets]
 */

const THIRD = { than: "official", atMost: 1 / 3 };
const NEAR_FLOOR = { than: "skeleton", atMost: 1.6 };
const sameAs1k = (kind) => ({ than: "self", figure: `create-1k-${kind}`, atMost: 1.5 });

/** The rows of the table. @type {Figure[]} */
export const FIGURES = [
  { key: "create-1k-cpu", label: "createRecord at 1k records, CPU", unit: "ms", targets: [THIRD, NEAR_FLOOR] },
  { key: "create-3k-cpu", label: "createRecord at 3k records, CPU", unit: "ms", targets: [THIRD, NEAR_FLOOR] },
  { key: "create-100k-cpu", label: "createRecord at 100k records, CPU", unit: "ms", targets: [sameAs1k("cpu")] },
  { key: "create-1k-p50", label: "createRecord at 1k, sequential, p50", unit: "ms", targets: [THIRD] },
  { key: "create-1k-p95", label: "createRecord at 1k, sequential, p95", unit: "ms" },
  { key: "create-3k-p50", label: "createRecord at 3k, sequential, p50", unit: "ms", targets: [THIRD] },
  { key: "create-3k-p95", label: "createRecord at 3k, sequential, p95", unit: "ms" },
  { key: "create-100k-p50", label: "createRecord at 100k, sequential, p50", unit: "ms", targets: [sameAs1k("p50")] },
  { key: "create-100k-p95", label: "createRecord at 100k, sequential, p95", unit: "ms" },
  { key: "create-one-rate", label: "createRecord, 16 concurrent, one agent", unit: "/s", more: true, targets: [{ than: "official", atLeast: 4 }] },
  { key: "create-one-cpu", label: "createRecord, 16 concurrent, one agent, CPU", unit: "ms" },
  { key: "create-many-rate", label: "createRecord, 16 concurrent, 16 agents", unit: "/s", more: true },
  { key: "create-many-cpu", label: "createRecord, 16 concurrent, 16 agents, CPU", unit: "ms" },
  { key: "batch-p50", label: "applyWrites of 200, p50", unit: "ms" },
  { key: "batch-cpu", label: "applyWrites of 200, CPU", unit: "ms" },
  { key: "get-p50", label: "getRecord, p50", unit: "ms" },
  { key: "get-rate", label: "getRecord, 16 concurrent", unit: "/s", more: true },
  { key: "get-cpu", label: "getRecord, CPU", unit: "ms" },
  { key: "list-p50", label: "listRecords of 100, p50", unit: "ms" },
  { key: "list-cpu", label: "listRecords of 100, CPU", unit: "ms" },
  { key: "export-p50", label: "getRepo of 2,500 records, p50", unit: "ms" },
  { key: "export-rate", label: "getRepo of 2,500 records", unit: "MB/s", more: true },
  { key: "export-cpu", label: "getRepo, CPU per MB", unit: "ms" },
  { key: "provision-p50", label: "createAccount, sequential, p50", unit: "ms" },
  { key: "provision-rate", label: "createAccount, 16 concurrent", unit: "/s", more: true },
  { key: "provision-cpu", label: "createAccount, CPU", unit: "ms" },
  { key: "agent-p50", label: "createAgent (official: createAccount), sequential, p50", unit: "ms" },
  { key: "agent-rate", label: "createAgent (official: createAccount), 16 concurrent", unit: "/s", more: true },
  { key: "agent-cpu", label: "createAgent (official: createAccount), CPU", unit: "ms" },
  { key: "firehose-p50", label: "firehose, answer to frame, p50", unit: "ms" },
  { key: "firehose-p95", label: "firehose, answer to frame, p95", unit: "ms", targets: [{ atMost: 15 }] },
  { key: "firehose-whole-p50", label: "firehose, request to frame, p50", unit: "ms" },
  { key: "firehose-whole-p95", label: "firehose, request to frame, p95", unit: "ms" },
  { key: "fanout-50-p50", label: "fan-out, request to last of 50, p50", unit: "ms" },
  { key: "fanout-500-p50", label: "fan-out, request to last of 500, p50", unit: "ms" },
  { key: "fanout-500-cpu", label: "fan-out to 500, CPU per delivery", unit: "µs" },
  { key: "idle-cpu", label: "CPU while idle, per second", unit: "ms" },
];
