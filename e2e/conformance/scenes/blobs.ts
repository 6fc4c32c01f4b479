import type { Scene } from "../scene.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89]);

interface Uploaded {
  blob?: { ref: { $link: string }; mimeType: string; size: number };
}

/** Blobs: taken, kept until referred to, given out. */
export const blobs: Scene = {
  name: "blobs",
  play: async (side) => {
    const ann = await side.person("cf-blobs-ann");
    const upload = async (label: string, body: Uint8Array | string, type: string | undefined, as: typeof ann | undefined = ann): Promise<Uploaded> => {
      const { json } = await side.ask(label, { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as, headers: type === undefined ? {} : { "content-type": type }, body });
      return json as Uploaded;
    };
    const { blob } = await upload("image", PNG, "image/png");
    const cid = blob?.ref.$link ?? "";
    await upload("image again", PNG, "image/png");
    await upload("image as something else", PNG, "text/plain");
    await upload("text", "hello", "text/plain");
    await upload("text, parameter", "hello charset", "text/plain; charset=utf-8");
    await upload("a page", "<html><script>alert(1)</script></html>", "text/html");
    await upload("JSON", "{}", "application/json");
    await upload("any", "some bytes", "*/*");
    await upload("upper case type", "some more bytes", "IMAGE/PNG");
    await upload("odd type", "other bytes", "nonsense");
    await upload("type empty", "other bytes 2", "");
    await upload("no type", "other bytes 3", undefined);
    await upload("empty", "", "text/plain");
    await upload("no credentials", "x", "text/plain", undefined);
    await side.ask("no body", { method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", as: ann, headers: { "content-type": "text/plain" } });
    await upload("too large", new Uint8Array(5 * 1024 * 1024 + 1), "application/octet-stream");

    const read = (label: string, headers: Record<string, string> = {}, of = cid, method = "GET") => side.ask(`read ${label}`, { method, path: `/xrpc/com.atproto.sync.getBlob?did=${ann.did}&cid=${of}`, headers });
    const list = (label: string, params: Record<string, string> = {}) => side.query(label, "com.atproto.sync.listBlobs", { did: ann.did, ...params });
    await read("before it is referred to");
    await list("list before");
    const refer = (label: string, rkey: string, image: unknown) => side.procedure(label, "com.atproto.repo.createRecord", { repo: ann.did, collection: "org.example.picture", rkey, record: { image } }, ann);
    await refer("refer", "a", blob);
    await refer("refer with another type", "b", { ...blob, $type: "blob", mimeType: "image/jpeg" });
    await refer("refer with another size", "c", { ...blob, $type: "blob", size: 7 });
    await read("after it is referred to");
    await list("list after");
    await read("HEAD", {}, cid, "HEAD");
    await read("range", { range: "bytes=0-3" });
    await read("if-none-match", { "if-none-match": `"${cid}"` });
    const { blob: page } = await upload("page again", "<html><script>alert(1)</script></html>", "text/html");
    await refer("refer to the page", "p", page);
    await read("page", {}, page?.ref.$link);
    await side.query("record", "com.atproto.repo.getRecord", { repo: ann.did, collection: "org.example.picture", rkey: "a" });
    await side.procedure("delete the record", "com.atproto.repo.deleteRecord", { repo: ann.did, collection: "org.example.picture", rkey: "a" }, ann);
    await read("after it is not any more");
    await list("list at the end");
    await refer("refer again without uploading", "d", blob);
  },
};
