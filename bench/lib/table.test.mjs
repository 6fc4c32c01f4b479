import { expect, test } from "vitest";
import { table } from "./table.mjs";

const at = (colony, official, skeleton) => Object.fromEntries(Object.entries({ colony, official, skeleton }).filter(([, values]) => values !== undefined));
const rowOf = (samples, label) => table(samples).split("\n").find((row) => row.startsWith(`| ${label}`));

test("a row has the medians, the ratios, and whether each target is met", () => {
  const row = rowOf({ "create-1k-cpu": at([2, 9, 1], [10, 10, 10], [1, 1, 1]) }, "createRecord at 1k records, CPU");
  expect(row).toBe("| createRecord at 1k records, CPU (ms) | 2.00 | 10.0 | 1.00 | 0.20 | 2.00 | ≤ 0.25 of official: met; ≤ 1.3 of skeleton: **not met** |");
});

test("ratios are taken within rounds, so that a round under load says as much as a quiet one", () => {
  expect(rowOf({ "get-p50": at([1, 20, 3], [2, 80, 4]) }, "getRecord, p50")).toContain("| 3.00 | 4.00 | – | 0.50 | – |");
});

test("where more is better the limit is the other way round", () => {
  expect(rowOf({ "create-one-rate": at([390], [100]) }, "createRecord, 16 concurrent, one agent (/s)")).toContain("≥ 6 of official: **not met**");
});

test("a target of our own, and one against another figure of ours", () => {
  expect(rowOf({ "firehose-p95": at([15]) }, "firehose, answer to frame, p95")).toContain("≤ 15: met");
  const samples = { "create-1k-cpu": at([2]), "create-100k-cpu": at([3.1]) };
  expect(rowOf(samples, "createRecord at 100k records, CPU")).toContain("≤ 1.5 of the cost at 1k: 1.55, **not met**");
});

test("what was not measured is not judged", () => {
  expect(rowOf({ "create-1k-cpu": at(undefined, [10]) }, "createRecord at 1k records, CPU")).toContain("| – | 10.0 | – | – | – | ≤ 0.25 of official: not measured;");
});

test("the relay has a table of its own", () => {
  const samples = { "get-p50": { colony: [1] }, "relay-fan-10-rate": { relay: [40], floor: [50], bare: [80] }, "ingest-p256-rate": { ingest: [1600] } };
  const [hosts, relays, ingest] = table(samples).split("\n\n");
  expect(hosts).toContain("| getRecord, p50 (ms) |");
  expect(relays).toContain("| measure | relay | floor | bare | relay / floor | relay / bare | target |");
  expect(relays).toContain("| fan-out of 4 KB to 10 (deliveries/s) | 40.0 | 50.0 | 80.0 | 0.80 | 0.50 | ≥ 0.75 of bare: **not met** |");
  expect(ingest).toContain("| commits of a peer, P-256 (/s) | 1600 | ≥ 1500: met |");
});

test("messages are judged by what they are made of, and a target may be another's than ours", () => {
  const samples = { "socket-p95": { sealed: [30], plain: [20] }, "message-rate": { sealed: [60, 80], plain: [100, 100], primitives: [100, 100] } };
  expect(rowOf(samples, "from the send call to the recipient's socket, p95")).toContain("≤ 25, plain: met");
  expect(rowOf(samples, "messages that have arrived")).toContain("| 70.0 | 100 | 100 | 0.70 | 0.70 | ≥ 0.7 of primitives: met |");
});
