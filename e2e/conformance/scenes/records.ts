import type { Scene } from "../scene.ts";

const REPO = "com.atproto.repo";
const NOTE = "org.example.note";

/** com.atproto.repo.createRecord, getRecord, deleteRecord, putRecord: what is taken and what comes back. */
export const records: Scene = {
  name: "records",
  play: async (side) => {
    const ann = await side.person("cf-records-ann");
    const ben = await side.person("cf-records-ben");
    const create = (label: string, body: unknown, as: typeof ann | undefined = ann) => side.procedure(label, `${REPO}.createRecord`, body, as);
    const put = (label: string, body: unknown) => side.procedure(label, `${REPO}.putRecord`, body, ann);
    const drop = (label: string, body: unknown) => side.procedure(label, `${REPO}.deleteRecord`, body, ann);
    const get = (label: string, params: Record<string, string>) => side.query(label, `${REPO}.getRecord`, params);
    const record = { $type: NOTE, text: "hello", n: 3, deep: { list: [1, "two", null, { three: true }] } };

    await create("create", { repo: ann.did, collection: NOTE, rkey: "one", record });
    await create("create again", { repo: ann.did, collection: NOTE, rkey: "one", record });
    await create("create by handle", { repo: ann.handle, collection: NOTE, rkey: "two", record });
    await create("create by handle, upper case", { repo: ann.handle.toUpperCase(), collection: NOTE, rkey: "upper", record });
    await create("create, key made by the server", { repo: ann.did, collection: NOTE, record });
    await create("create without $type", { repo: ann.did, collection: NOTE, rkey: "untyped", record: { text: "no type" } });
    await create("create, $type of another collection", { repo: ann.did, collection: NOTE, rkey: "mistyped", record: { $type: "org.example.other", text: "x" } });
    await create("create, $type no string", { repo: ann.did, collection: NOTE, rkey: "mistyped2", record: { $type: 5, text: "x" } });
    await create("create, $type empty", { repo: ann.did, collection: NOTE, rkey: "mistyped3", record: { $type: "", text: "x" } });
    await create("create, validate false", { repo: ann.did, collection: NOTE, rkey: "v-false", validate: false, record });
    await create("create, validate true, unknown lexicon", { repo: ann.did, collection: NOTE, rkey: "v-true", validate: true, record });
    await create("create, validate null", { repo: ann.did, collection: NOTE, rkey: "v-null", validate: null, record });
    await create("create, rkey null", { repo: ann.did, collection: NOTE, rkey: null, record });
    await create("create, rkey empty", { repo: ann.did, collection: NOTE, rkey: "", record });
    await create("create, unknown field", { repo: ann.did, collection: NOTE, rkey: "extra", record, more: 1 });

    for (const rkey of [".", "..", "a/b", "a b", "ä", "a".repeat(512), "a".repeat(513), "_", "~", ":", "-", "A.b_c~d:e-f", "#x"])
      await create(`create, rkey ${rkey.length > 20 ? rkey.length : rkey}`, { repo: ann.did, collection: NOTE, rkey, record });
    for (const collection of ["", "note", "org.example", "org.example.", "org..note", "org.example.not-e", "org.example.9note", "Org.Example.Note", `${"a".repeat(63)}.${"b".repeat(64)}.note`, "org.example.note#frag", `org.${"example.".repeat(40)}note`])
      await create(`create, collection ${collection.length > 40 ? collection.length : collection}`, { repo: ann.did, collection, record: { text: "x" } });
    for (const [name, value] of Object.entries<unknown>({ string: "text", number: 5, null: null, list: [1], missing: undefined, empty: {} }))
      await create(`create, record ${name}`, { repo: ann.did, collection: NOTE, rkey: `r-${name}`, record: value });

    await create("create, repo is nobody's handle", { repo: "nobody-cf.test", collection: NOTE, record });
    await create("create, repo is nobody's DID", { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", collection: NOTE, record });
    await create("create, repo no identifier", { repo: "not an identifier", collection: NOTE, record });
    await create("create, repo missing", { collection: NOTE, record });
    await create("create, collection missing", { repo: ann.did, record });
    await create("create in another's repository", { repo: ben.did, collection: NOTE, record });
    await create("create without credentials", { repo: ann.did, collection: NOTE, record }, undefined);
    await create("create without credentials, bad input", { nothing: true }, undefined);
    await create("create, several things wrong", { repo: 5, collection: 6, record: 7 });

    const one = await get("get", { repo: ann.did, collection: NOTE, rkey: "one" });
    const cid = (one.json as { cid?: string } | undefined)?.cid ?? "none";
    await get("get by handle", { repo: ann.handle, collection: NOTE, rkey: "one" });
    await get("get with its CID", { repo: ann.did, collection: NOTE, rkey: "one", cid });
    await get("get with another CID", { repo: ann.did, collection: NOTE, rkey: "one", cid: "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm" });
    await get("get with a bad CID", { repo: ann.did, collection: NOTE, rkey: "one", cid: "nope" });
    await get("get, what was stored without $type", { repo: ann.did, collection: NOTE, rkey: "untyped" });
    await get("get, absent", { repo: ann.did, collection: NOTE, rkey: "absent" });
    await get("get, absent collection", { repo: ann.did, collection: "org.example.none", rkey: "absent" });
    await get("get, bad collection", { repo: ann.did, collection: "nope", rkey: "one" });
    await get("get, bad rkey", { repo: ann.did, collection: NOTE, rkey: "a b" });
    await get("get, nobody's handle", { repo: "nobody-cf.test", collection: NOTE, rkey: "one" });
    await get("get, nobody's DID", { repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", collection: NOTE, rkey: "one" });
    await get("get, bad repo", { repo: "not an identifier", collection: NOTE, rkey: "one" });
    await get("get, no parameters", {});
    await get("get, empty parameter", { repo: ann.did, collection: NOTE, rkey: "" });
    await side.query("get, repeated parameter", `${REPO}.getRecord`, { repo: [ann.did, ben.did], collection: NOTE, rkey: "one" });
    await side.ask("HEAD of a record", { method: "HEAD", path: `/xrpc/${REPO}.getRecord?repo=${ann.did}&collection=${NOTE}&rkey=one` });

    await put("put, new", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 1 } });
    await put("put, update", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 2 } });
    await put("put, same again", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 2 } });
    await put("put, swapRecord null where there is one", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 3 }, swapRecord: null });
    await put("put, swapRecord null where there is none", { repo: ann.did, collection: NOTE, rkey: "put2", record: { v: 3 }, swapRecord: null });
    await put("put, swapRecord wrong", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 3 }, swapRecord: cid });
    await put("put, swapRecord of what is not there", { repo: ann.did, collection: NOTE, rkey: "put3", record: { v: 3 }, swapRecord: cid });
    await put("put, swapRecord no CID", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 3 }, swapRecord: "nope" });
    await put("put, swapCommit no CID", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 3 }, swapCommit: "nope" });
    await put("put, swapCommit wrong", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 3 }, swapCommit: cid });
    await put("put, same again with swapCommit wrong", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 2 }, swapCommit: cid });
    await put("put, same again with swapRecord wrong", { repo: ann.did, collection: NOTE, rkey: "put", record: { v: 2 }, swapRecord: cid });
    await put("put, validate true", { repo: ann.did, collection: NOTE, rkey: "put", validate: true, record: { v: 4 } });
    await put("put, validate false", { repo: ann.did, collection: NOTE, rkey: "put", validate: false, record: { v: 4 } });
    await put("put, rkey missing", { repo: ann.did, collection: NOTE, record: { v: 4 } });
    await put("put, rkey bad", { repo: ann.did, collection: NOTE, rkey: "a b", record: { v: 4 } });
    await put("put, $type of another", { repo: ann.did, collection: NOTE, rkey: "put", record: { $type: "org.example.other" } });

    await drop("delete, swapRecord wrong", { repo: ann.did, collection: NOTE, rkey: "put", swapRecord: cid });
    await drop("delete, swapRecord null", { repo: ann.did, collection: NOTE, rkey: "put", swapRecord: null });
    await drop("delete, swapRecord no CID", { repo: ann.did, collection: NOTE, rkey: "put", swapRecord: "nope" });
    await drop("delete, swapCommit wrong", { repo: ann.did, collection: NOTE, rkey: "put", swapCommit: cid });
    await drop("delete", { repo: ann.did, collection: NOTE, rkey: "put" });
    await drop("delete again", { repo: ann.did, collection: NOTE, rkey: "put" });
    await drop("delete what never was, swapRecord given", { repo: ann.did, collection: NOTE, rkey: "never", swapRecord: cid });
    await drop("delete, swapCommit wrong, absent", { repo: ann.did, collection: NOTE, rkey: "never", swapCommit: cid });
    await drop("delete, bad rkey", { repo: ann.did, collection: NOTE, rkey: "a b" });
    await drop("delete, bad collection", { repo: ann.did, collection: "nope", rkey: "x" });
    await drop("delete, in another's", { repo: ben.did, collection: NOTE, rkey: "x" });

    await create("create, swapCommit wrong", { repo: ann.did, collection: NOTE, rkey: "sw", record, swapCommit: cid });
    const head = await side.quiet({ path: `/xrpc/com.atproto.sync.getLatestCommit?did=${ann.did}` });
    await create("create, swapCommit right", { repo: ann.did, collection: NOTE, rkey: "sw", record, swapCommit: (head.json as { cid?: string }).cid });
    await create("create, swapCommit null", { repo: ann.did, collection: NOTE, rkey: "sw2", record, swapCommit: null });
  },
};
