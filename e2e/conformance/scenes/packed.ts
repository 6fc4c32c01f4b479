import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Scene } from "../scene.ts";

const TEXT = new TextEncoder().encode("what is packed, and packed again, and again and again. ".repeat(40));
const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Bodies as they are packed, with what their Content-Encoding says. */
const PACKED: [label: string, encoding: string, body: Uint8Array][] = [
  ["gzip", "gzip", gzipSync(TEXT)],
  ["gzip in upper case", "GZIP", gzipSync(TEXT)],
  ["x-gzip", "x-gzip", gzipSync(TEXT)],
  ["deflate", "deflate", deflateSync(TEXT)],
  ["deflate without its head", "deflate", deflateRawSync(TEXT)],
  ["brotli", "br", brotliCompressSync(TEXT)],
  ["identity", "identity", TEXT],
  ["empty name", "", TEXT],
  ["two", "gzip, br", brotliCompressSync(gzipSync(TEXT))],
  ["two without a space", "deflate,gzip", gzipSync(deflateSync(TEXT))],
  ["two in the wrong order", "br, gzip", brotliCompressSync(gzipSync(TEXT))],
  ["one and identity", "gzip, identity", gzipSync(TEXT)],
  ["three", "gzip, gzip, gzip", gzipSync(gzipSync(gzipSync(TEXT)))],
  ["twice the same", "gzip, gzip", gzipSync(gzipSync(TEXT))],
  ["two members", "gzip", concat(gzipSync(TEXT), gzipSync(TEXT))],
  ["cut off", "gzip", gzipSync(TEXT).subarray(0, 60)],
  ["not packed", "gzip", TEXT],
  ["not packed, brotli", "br", TEXT],
  ["nothing", "gzip", new Uint8Array()],
  ["packed nothing", "gzip", gzipSync(new Uint8Array())],
  ["unknown", "zstd", TEXT],
  ["unknown and known", "zstd, gzip", gzipSync(TEXT)],
];

/** What a client may say that it takes. */
const TAKEN: Record<string, string>[] = [{}, ...["gzip", "gzip, deflate", "deflate, gzip;q=0.5", "GZIP", "identity", "gzip;q=0", "gzip;q=0.5, identity", ""].map((coding) => ({ "accept-encoding": coding }))];

/** Compressed bodies, of blobs and of JSON, and compressed answers. */
export const packed: Scene = {
  name: "packed",
  play: async (side) => {
    const ann = await side.person("cf-packed-ann");
    for (const [label, encoding, body] of PACKED)
      await side.ask(`blob, ${label}`, { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "text/plain", "content-encoding": encoding }, body });
    const large = new Uint8Array(5 * 1024 * 1024 + 1);
    await side.ask("blob, too large when unpacked", { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "text/plain", "content-encoding": "gzip" }, body: gzipSync(large) });
    await side.ask("blob, as large as may be", { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "text/plain", "content-encoding": "gzip" }, body: gzipSync(large.subarray(1)) });
    await side.ask("blob, in chunks", { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "text/plain", "transfer-encoding": "chunked" }, body: TEXT });

    const json = new TextEncoder().encode(JSON.stringify({ repo: ann.did, collection: "org.example.packed", record: { n: 1 } }));
    const bodies: [string, string, Uint8Array][] = [
      ["gzip", "gzip", gzipSync(json)], ["deflate", "deflate", deflateSync(json)], ["brotli", "br", brotliCompressSync(json)], ["two", "gzip, gzip", gzipSync(gzipSync(json))],
      ["GZIP", "GZIP", gzipSync(json)], ["cut off", "gzip", gzipSync(json).subarray(0, 30)], ["nothing", "gzip", new Uint8Array()],
    ];
    for (const [label, encoding, body] of bodies)
      await side.ask(`JSON, ${label}`, { method: "POST", path: "/xrpc/com.atproto.repo.createRecord", as: ann, headers: { "content-type": "application/json", "content-encoding": encoding }, body });

    const notes: [rkey: string, text: string][] = [["large", "words and ".repeat(200)], ["small", "words"]];
    for (const [rkey, text] of notes) await side.quiet({ path: "/xrpc/com.atproto.repo.putRecord", as: ann, body: { repo: ann.did, collection: "org.example.packed", rkey, record: { text } } });
    const answers: [label: string, nsid: string, query: string][] = [
      ["record", "com.atproto.repo.getRecord", `repo=${ann.did}&collection=org.example.packed&rkey=large`],
      ["small record", "com.atproto.repo.getRecord", `repo=${ann.did}&collection=org.example.packed&rkey=small`],
      ["records", "com.atproto.repo.listRecords", `repo=${ann.did}&collection=org.example.packed`],
      ["repository", "com.atproto.sync.getRepo", `did=${ann.did}`],
      ["no record", "com.atproto.repo.getRecord", `repo=${ann.did}&collection=org.example.packed&rkey=none`],
    ];
    for (const [label, nsid, query] of answers)
      for (const taken of TAKEN) await side.ask(`answer, ${label}, ${JSON.stringify(taken)}`, { path: `/xrpc/${nsid}?${query}`, headers: taken });
    await side.ask("answer, head alone", { method: "HEAD", path: `/xrpc/com.atproto.sync.getRepo?did=${ann.did}`, headers: { "accept-encoding": "gzip" } });
  },
};
