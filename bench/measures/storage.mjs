import { sequentially } from "../lib/load.mjs";

/** Records of the repository: as many as other hosts' figures were taken with. */
const RECORDS = 20_000;

const COLLECTION = "com.example.note";

/** Sizes of records looked at: these, as CBOR, are some 90, 150, 350 and 1,000 bytes. */
const TEXTS = { tiny: 5, small: 65, note: 260, long: 910 };

/** @param {number} i @param {number} length */
const record = (i, length) => ({ $type: COLLECTION, text: `${i} `.padEnd(length, "x"), createdAt: "2026-11-21T00:00:00.000Z" });

/** @param {import("../lib/bed.mjs").Bed} bed @param {number} length @param {number} count */
const filled = async (bed, length, count) => {
  const account = await bed.provision();
  for (let from = 0; from < count; from += 200) {
    const writes = Array.from({ length: 200 }, (_, k) => ({ $type: "com.atproto.repo.applyWrites#create", collection: COLLECTION, value: record(from + k, length) }));
    await bed.client.call("com.atproto.repo.applyWrites", { repo: account.did, writes }, account.token);
  }
  return account;
};

const ask = async (bed, path) => JSON.parse((await bed.client.send("GET", path)).toString());

/** @type {Map<string, import("../lib/bed.mjs").Account>} */
const accounts = new Map();

/** @param {string} name A key of TEXTS. @returns {import("./measures.mjs").Measure} */
const storedOf = (name) => ({
  name: `storage: ${RECORDS} ${name} records`,
  only: ["counted"],
  asked: "storage",
  prepare: async (bed) => void accounts.set(name, await filled(bed, TEXTS[name], RECORDS)),
  run: async (bed, scale) => {
    const account = accounts.get(name);
    if (account === undefined) throw new Error(`no account of ${name} records`);
    const create = (i) => bed.client.call("com.atproto.repo.createRecord", { repo: account.did, collection: COLLECTION, record: record(i, TEXTS[name]) }, account.token);
    const count = scale(200);
    await create(0);
    await ask(bed, "/bench/written");
    await sequentially(count, create);
    const { agent, relay } = await ask(bed, "/bench/written");
    const { bytes, blocks } = await ask(bed, `/bench/stored?did=${account.did}`);
    return {
      [`stored-${name}-ratio`]: bytes / blocks,
      [`stored-${name}-blocks`]: blocks / 1e6,
      ...(name === "small" ? { "rows-agent": agent / count, "rows-relay": relay / count, rows: (agent + relay) / count } : {}),
    };
  },
});

export const STORAGE_MEASURES = Object.keys(TEXTS).map(storedOf);
