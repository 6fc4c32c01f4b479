import { COLLECTION } from "../lib/bed.mjs";
import { concurrently, sequentially } from "../lib/load.mjs";
import { median } from "../lib/stats.mjs";

const RECORDS = 2500;
const WIDTH = 16;
const library = (bed) => bed.account("library", RECORDS);
const list = (bed, did) => bed.client.query("com.atproto.repo.listRecords", { repo: did, collection: COLLECTION, limit: "100" });

/** @type {import("./measures.mjs").Measure} */
export const getRecord = {
  name: "getRecord",
  prepare: library,
  run: async (bed, scale) => {
    const { did } = await library(bed);
    const { records } = JSON.parse((await list(bed, did)).toString());
    const rkeys = records.map((record) => record.uri.split("/").at(-1));
    const get = (i) => bed.client.query("com.atproto.repo.getRecord", { repo: did, collection: COLLECTION, rkey: rkeys[i % rkeys.length] });
    const count = scale(400);
    const times = await sequentially(scale(200), get);
    const { result, cpuPerOp } = await bed.costed(count, () => concurrently(count, WIDTH, get));
    return { "get-p50": median(times), "get-rate": result, "get-cpu": cpuPerOp };
  },
};

/** @type {import("./measures.mjs").Measure} */
export const listRecords = {
  name: "listRecords",
  prepare: library,
  run: async (bed, scale) => {
    const { did } = await library(bed);
    const count = scale(100);
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, () => list(bed, did)));
    return { "list-p50": median(result), "list-cpu": cpuPerOp };
  },
};

/** @type {import("./measures.mjs").Measure} */
export const getRepo = {
  name: "getRepo",
  prepare: library,
  run: async (bed, scale) => {
    const { did } = await library(bed);
    const count = scale(10);
    let bytes = 0;
    const download = async () => (bytes = (await bed.client.query("com.atproto.sync.getRepo", { did })).length);
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, download));
    return { "export-p50": median(result), "export-rate": bytes / 1000 / median(result), "export-cpu": cpuPerOp / (bytes / 1e6) };
  },
};
