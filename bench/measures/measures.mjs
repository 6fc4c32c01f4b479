import { COLD_MEASURES } from "./cold.mjs";
import { COLONY_MEASURES } from "./colony-of-many.mjs";
import { applyWrites, createAt100k, createAt1k, createAt3k, createOnMany, createOnOne } from "./create.mjs";
import { EXPORT_MEASURES } from "./exports.mjs";
import { fanOut50, fanOut500, latency } from "./firehose.mjs";
import { GROWTH_MEASURES } from "./growth.mjs";
import { idle } from "./idle.mjs";
import { INGEST_MEASURES } from "./ingest.mjs";
import { LIMIT_MEASURES } from "./limits.mjs";
import { MEMORY_MEASURES } from "./memory.mjs";
import { provisioning } from "./provision.mjs";
import { getRecord, getRepo, listRecords } from "./read.mjs";
import { RELAY_MEASURES } from "./relay.mjs";
import { SEALING_MEASURES } from "./sealing.mjs";
import { STORAGE_MEASURES } from "./storage.mjs";

/**
 * @typedef {object} Measure
 * @property {string} name What `--only` looks for.
 * @property {string[]} [only] The peers it can be taken of; all hosts of accounts when absent.
 * @property {string} [asked] Taken only when `--only` asks for it; the file of its results.
 * @property {boolean} [slow] Left out of `--quick`.
 * @property {boolean} [isPeak] Tells the most of something, which needs no warming up.
 * @property {(bed: import("../lib/bed.mjs").Bed) => Promise<unknown>} prepare Once, before the first round.
 * @property {(bed: import("../lib/bed.mjs").Bed, scale: (count: number) => number) => Promise<Record<string, number>>} run
 *   One round; values by the keys of figures.mjs. `scale` makes counts smaller in short runs.
 */

/** @type {Measure[]} */
export const MEASURES = [createAt1k, createAt3k, createAt100k, createOnOne, createOnMany, applyWrites, getRecord, listRecords, getRepo, provisioning, latency, fanOut50, fanOut500, idle, ...RELAY_MEASURES, ...INGEST_MEASURES, ...SEALING_MEASURES, ...MEMORY_MEASURES, ...STORAGE_MEASURES, ...GROWTH_MEASURES, ...COLD_MEASURES, ...COLONY_MEASURES, ...EXPORT_MEASURES, ...LIMIT_MEASURES];
