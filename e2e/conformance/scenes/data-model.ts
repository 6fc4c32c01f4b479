import type { Scene } from "../scene.ts";

const NOTE = "org.example.data";
const CID = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";
const RAW = "bafkreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";

/** Values of the data model, right and wrong, and how they come back. */
const VALUES: Record<string, string> = {
  float: `{"a":1.5}`,
  "float that is whole": `{"a":1.0}`,
  "large integer": `{"a":9007199254740991}`,
  "unsafe integer": `{"a":9007199254740993}`,
  exponent: `{"a":1e3}`,
  "minus zero": `{"a":-0}`,
  negative: `{"a":-9007199254740991}`,
  link: `{"a":{"$link":"${CID}"}}`,
  "link, raw": `{"a":{"$link":"${RAW}"}}`,
  "link with more": `{"a":{"$link":"${CID}","b":1}}`,
  "link, no CID": `{"a":{"$link":"nope"}}`,
  "link, number": `{"a":{"$link":5}}`,
  bytes: `{"a":{"$bytes":"AQID"}}`,
  "bytes, padded": `{"a":{"$bytes":"AQ=="}}`,
  "bytes, bad": `{"a":{"$bytes":"***"}}`,
  "bytes, number": `{"a":{"$bytes":5}}`,
  "bytes, url alphabet": `{"a":{"$bytes":"_-8"}}`,
  "type empty inside": `{"a":{"$type":""}}`,
  "type number inside": `{"a":{"$type":5}}`,
  "type null inside": `{"a":{"$type":null}}`,
  "dollar key": `{"a":{"$other":1}}`,
  "unicode": `{"a":"\\u0000 \\ud83d\\ude00 ä"}`,
  "lone surrogate": `{"a":"\\ud800"}`,
  "duplicate key": `{"a":1,"a":2}`,
  "proto key": `{"__proto__":{"a":1}}`,
  "key order": `{"zz":1,"a":2,"mmm":3}`,
  "empty key": `{"":1}`,
  nested: `${'{"a":'.repeat(40)}1${"}".repeat(40)}`,
  "blob, not uploaded": `{"a":{"$type":"blob","ref":{"$link":"${RAW}"},"mimeType":"image/png","size":10}}`,
  "blob, not complete": `{"a":{"$type":"blob","ref":{"$link":"${RAW}"}}}`,
  "blob, negative size": `{"a":{"$type":"blob","ref":{"$link":"${RAW}"},"mimeType":"image/png","size":-1}}`,
  "blob, old form": `{"a":{"cid":"${RAW}","mimeType":"image/png"}}`,
};

export const dataModel: Scene = {
  name: "data model",
  play: async (side) => {
    const ann = await side.person("cf-data-ann");
    let n = 0;
    for (const [name, value] of Object.entries(VALUES)) {
      const rkey = `k${n++}`;
      const body = `{"repo":"${ann.did}","collection":"${NOTE}","rkey":"${rkey}","record":${value}}`;
      await side.ask(`create ${name}`, { path: "/xrpc/com.atproto.repo.createRecord", as: ann, headers: { "content-type": "application/json" }, body });
      await side.query(`read ${name}`, "com.atproto.repo.getRecord", { repo: ann.did, collection: NOTE, rkey });
    }
    const big = (length: number) => ({ repo: ann.did, collection: NOTE, rkey: `big${length}`, record: { text: "x".repeat(length) } });
    for (const length of [150_000, 500_000, 999_900, 1_000_000, 1_100_000]) await side.procedure(`record of ${length} bytes`, "com.atproto.repo.createRecord", big(length), ann);
  },
};
