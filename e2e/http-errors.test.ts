import { beforeAll, describe, expect, inject, test } from "vitest";
import { headOf, NOTES, type Person, signUp } from "./test/people.ts";
import { type Ask, ask } from "./test/xrpc.ts";

const CREATE = "com.atproto.repo.createRecord";
const PUT = "com.atproto.repo.putRecord";
const DELETE = "com.atproto.repo.deleteRecord";
const APPLY = "com.atproto.repo.applyWrites";

let ann: Person;
let ben: Person;
/** CID of a commit that is no longer the newest. */
let oldCommit: string;

beforeAll(async () => {
  ann = await signUp("http-ann");
  ben = await signUp("http-ben");
  const { data } = await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, rkey: "there", record: { text: "there" } });
  oldCommit = data.commit?.cid ?? "";
  await ann.agent.com.atproto.repo.createRecord({ repo: ann.did, collection: NOTES, rkey: "also", record: { text: "also" } });
});

/** A row of the table: what is asked, and the status and error name of the answer. */
type Row = [what: string, method: string, request: () => Ask, status: number, error: string];

/** A request with ann's token. */
const asAnn = (more: Ask): Ask => ({ token: ann.token, ...more });

const creating = (more: Record<string, unknown>): Ask => asAnn({ body: { repo: ann.did, collection: NOTES, record: { text: "new" }, ...more } });

const text = (json: string): Ask => asAnn({ body: json.replace("REPO", ann.did).replace("NOTES", NOTES) });

const applying = (writes: unknown[], more: Record<string, unknown> = {}): Ask => asAnn({ body: { repo: ann.did, writes, ...more } });

const create = (rkey: string | undefined, value: unknown = { text: "new" }) => ({ $type: `${APPLY}#create`, collection: NOTES, ...(rkey === undefined ? {} : { rkey }), value });

/** A record of so many bytes of CBOR; another `letter` makes another record. */
const recordOf = (bytes: number, letter = "x") => {
  // Map, "$type" and its text, "text", and the text's own five bytes of length.
  const around = 1 + 6 + (1 + NOTES.length) + 5 + 5;
  return { $type: NOTES, text: letter.repeat(bytes - around) };
};

const blobRef = { $type: "blob", ref: { $link: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" }, mimeType: "text/plain", size: 1 };

const bodies: Row[] = [
  ["JSON that ends early", CREATE, () => text('{"repo":"REPO","collection":"NOTES","record":{'), 400, "InvalidRequest"],
  ["text that is no JSON", CREATE, () => text("hello"), 400, "InvalidRequest"],
  ["bytes that are no UTF-8", CREATE, () => asAnn({ body: new Uint8Array([0x7b, 0xff, 0x7d]) }), 400, "InvalidRequest"],
  ["an empty body", CREATE, () => asAnn({ body: "" }), 400, "InvalidRequest"],
  ["no body", CREATE, () => asAnn({ method: "POST" }), 400, "InvalidRequest"],
  ["an array", CREATE, () => text("[]"), 400, "InvalidRequest"],
  ["null", CREATE, () => text("null"), 400, "InvalidRequest"],
  ["an empty object", CREATE, () => text("{}"), 400, "InvalidRequest"],
  ["another content type", CREATE, () => ({ ...creating({}), contentType: "text/plain" }), 400, "InvalidRequest"],
  ["no content type", CREATE, () => ({ ...creating({}), contentType: null }), 400, "InvalidRequest"],
  ["a body beyond the limit", CREATE, () => creating({ record: { text: "x".repeat(2_000_001) } }), 413, "PayloadTooLarge"],
  ["a body beyond the limit of an ordinary method", "com.atproto.server.createSession", () => ({ body: { identifier: "x".repeat(150 * 1024), password: "x" } }), 413, "PayloadTooLarge"],
];

const records: Row[] = [
  ["no record", CREATE, () => creating({ record: undefined }), 400, "InvalidRequest"],
  ["a record that is a text", CREATE, () => creating({ record: "text" }), 400, "InvalidRequest"],
  ["a record that is a list", CREATE, () => creating({ record: [] }), 400, "InvalidRequest"],
  ["a float", CREATE, () => creating({ record: { n: 1.5 } }), 400, "InvalidRequest"],
  ["a float, deep inside", PUT, () => creating({ rkey: "float", record: { a: [{ b: 0.1 }] } }), 400, "InvalidRequest"],
  ["an integer beyond 53 bits", CREATE, () => text('{"repo":"REPO","collection":"NOTES","record":{"n":9007199254740993}}'), 400, "InvalidRequest"],
  ["a number beyond all bounds", CREATE, () => text('{"repo":"REPO","collection":"NOTES","record":{"n":1e400}}'), 400, "InvalidRequest"],
  ["another collection's $type", CREATE, () => creating({ record: { $type: "org.example.other" } }), 400, "InvalidRequest"],
  ["a $type that is no text", CREATE, () => creating({ record: { $type: 1 } }), 400, "InvalidRequest"],
  ["a link that is none", CREATE, () => creating({ record: { ref: { $link: "nonsense" } } }), 400, "InvalidRequest"],
  ["a link with something beside it", CREATE, () => creating({ record: { ref: { $link: blobRef.ref.$link, more: 1 } } }), 400, "InvalidRequest"],
  ["bytes that are none", CREATE, () => creating({ record: { bytes: { $bytes: "*" } } }), 400, "InvalidRequest"],
  ["a blob without a type", CREATE, () => creating({ record: { blob: { ...blobRef, mimeType: undefined } } }), 400, "InvalidRequest"],
  ["a blob that nobody uploaded", CREATE, () => creating({ record: { blob: blobRef } }), 400, "BlobNotFound"],
  ["a key called __proto__", CREATE, () => text('{"repo":"REPO","collection":"NOTES","record":{"__proto__":{"a":1}}}'), 400, "InvalidRequest"],
  ["half of a surrogate pair", CREATE, () => text('{"repo":"REPO","collection":"NOTES","record":{"text":"\\ud800"}}'), 400, "InvalidRequest"],
  ["1,000 levels", CREATE, () => text(`{"repo":"REPO","collection":"NOTES","record":{"a":${"[".repeat(1000)}${"]".repeat(1000)}}}`), 400, "InvalidRequest"],
  ["100,000 levels", CREATE, () => text(`{"repo":"REPO","collection":"NOTES","record":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`), 400, "InvalidRequest"],
  ["a record of 1,000,001 bytes", CREATE, () => creating({ record: recordOf(1_000_001) }), 400, "InvalidRequest"],
  ["validation of what no lexicon knows", CREATE, () => creating({ validate: true }), 400, "InvalidRequest"],
];

const names: Row[] = [
  ...["", "nodots", "two.parts", "org..example", "org.example.note!", "org.example.1note", "-org.example.note", `org.${"x".repeat(64)}.note`, `org.example.${"x".repeat(317)}`, "org.example.note/x", "org.example.nöte"].map(
    (collection): Row => [`collection ${collection.slice(0, 30)}`, CREATE, () => creating({ collection }), 400, "InvalidRequest"],
  ),
  ...[".", "..", "a/b", "a b", "ä", "a\u0000", "#", "%41", "x".repeat(513)].map((rkey): Row => [`record key ${JSON.stringify(rkey.slice(0, 20))}`, CREATE, () => creating({ rkey }), 400, "InvalidRequest"]),
  ["record key . to put", PUT, () => creating({ rkey: "." }), 400, "InvalidRequest"],
  ["record key .. to delete", DELETE, () => creating({ rkey: ".." }), 400, "InvalidRequest"],
  ["no record key to put", PUT, () => creating({}), 400, "InvalidRequest"],
  ["a repository that is no name", CREATE, () => creating({ repo: "no name" }), 400, "InvalidRequest"],
  ["a repository that is not here", CREATE, () => creating({ repo: "nobody.test" }), 403, "AccountNotFound"],
  ["a DID that is not here", CREATE, () => creating({ repo: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }), 403, "AccountNotFound"],
  ["another's repository", CREATE, () => creating({ repo: ben.did }), 401, "AuthenticationRequired"],
];

const states: Row[] = [
  ["a record key that is taken", CREATE, () => creating({ rkey: "there" }), 400, "InvalidRequest"],
  ["an old swapCommit", CREATE, () => creating({ swapCommit: oldCommit }), 400, "InvalidSwap"],
  ["an old swapCommit to put", PUT, () => creating({ rkey: "there", swapCommit: oldCommit }), 400, "InvalidSwap"],
  ["an old swapCommit to delete", DELETE, () => creating({ rkey: "there", swapCommit: oldCommit }), 400, "InvalidSwap"],
  ["an old swapCommit for many", APPLY, () => applying([create("x")], { swapCommit: oldCommit }), 400, "InvalidSwap"],
  ["a swapCommit that is no CID", CREATE, () => creating({ swapCommit: "nonsense" }), 400, "InvalidRequest"],
  ["a swapRecord that is no CID", PUT, () => creating({ rkey: "there", swapRecord: "nonsense" }), 400, "InvalidRequest"],
  ["a swapRecord of null where there is one", PUT, () => creating({ rkey: "there", swapRecord: null }), 400, "InvalidSwap"],
  ["a swapRecord where there is none", PUT, () => creating({ rkey: "absent", swapRecord: oldCommit }), 400, "InvalidSwap"],
  ["201 writes", APPLY, () => applying(Array.from({ length: 201 }, () => create(undefined))), 400, "InvalidRequest"],
  ["one path twice", APPLY, () => applying([create("twice"), create("twice", { text: "again" })]), 400, "InvalidRequest"],
  ["created and deleted in one", APPLY, () => applying([create("twice"), { $type: `${APPLY}#delete`, collection: NOTES, rkey: "twice" }]), 400, "InvalidRequest"],
  ["a write of no kind", APPLY, () => applying([{ collection: NOTES, rkey: "x", value: {} }]), 400, "InvalidRequest"],
  ["a write of an unknown kind", APPLY, () => applying([{ $type: `${APPLY}#upsert`, collection: NOTES, rkey: "x", value: {} }]), 400, "InvalidRequest"],
  ["an update of what is not there", APPLY, () => applying([{ $type: `${APPLY}#update`, collection: NOTES, rkey: "absent", value: { text: "x" } }]), 400, "InvalidRequest"],
  ["a good write before a bad one", APPLY, () => applying([create("good"), create("there")]), 400, "InvalidRequest"],
  ["more than a commit holds", APPLY, () => applying(Array.from({ length: 3 }, (_, i) => create(`big${i}`, recordOf(900_000, String(i))))), 400, "InvalidRequest"],
];

const callers: Row[] = [
  ["nobody", CREATE, () => ({ ...creating({}), token: undefined }), 401, "AuthMissing"],
  ["a token that is none", CREATE, () => ({ ...creating({}), token: "nonsense" }), 400, "InvalidToken"],
  ["a token with a changed signature", CREATE, () => ({ ...creating({}), token: `${ann.token.slice(0, -4)}AAAA` }), 400, "InvalidToken"],
  ["the admin's secret where an account must ask", CREATE, () => ({ ...creating({}), token: inject("adminKey") }), 400, "InvalidToken"],
  ["a scheme that nobody knows", CREATE, () => ({ ...creating({}), authorization: "Digest x" }), 400, "InvalidToken"],
  ["an empty Authorization", CREATE, () => ({ ...creating({}), authorization: "Bearer" }), 400, "InvalidToken"],
  ["no admin", "agent.network.createAgent", () => ({ body: { name: "http-none" } }), 401, "AuthMissing"],
  ["another secret than the admin's", "agent.network.createAgent", () => ({ token: "wrong", body: { name: "http-none" } }), 401, "AuthenticationRequired"],
  ["an account where the admin must ask", "agent.network.createAgent", () => asAnn({ body: { name: "http-none" } }), 401, "AuthenticationRequired"],
];

const methods: Row[] = [
  ["a method that nobody knows, and no AppView to ask", "org.example.unknown", () => ({}), 400, "InvalidRequest"],
  ["a method of ours that there is not", "agent.comms.unknown", () => ({}), 501, "MethodNotImplemented"],
  ["a method that is no NSID", "nonsense", () => ({}), 400, "InvalidRequest"],
  ["GET of a procedure", CREATE, () => asAnn({}), 400, "InvalidRequest"],
  ["POST of a query", "com.atproto.repo.getRecord", () => asAnn({ body: {} }), 400, "InvalidRequest"],
  ["DELETE of a query", "com.atproto.repo.getRecord", () => asAnn({ method: "DELETE" }), 400, "InvalidRequest"],
  ["no parameters", "com.atproto.repo.getRecord", () => ({}), 400, "InvalidRequest"],
  ["a limit of 0", "com.atproto.repo.listRecords", () => ({ params: { repo: ann.did, collection: NOTES, limit: "0" } }), 400, "InvalidRequest"],
  ["a limit of 101", "com.atproto.repo.listRecords", () => ({ params: { repo: ann.did, collection: NOTES, limit: "101" } }), 400, "InvalidRequest"],
  ["a limit that is no integer", "com.atproto.repo.listRecords", () => ({ params: { repo: ann.did, collection: NOTES, limit: "1.5" } }), 400, "InvalidRequest"],
  ["a repository given twice", "com.atproto.repo.listRecords", () => ({ params: { repo: [ann.did, ben.did], collection: NOTES } }), 400, "InvalidRequest"],
  ["a record of nobody", "com.atproto.repo.getRecord", () => ({ params: { repo: "nobody.test", collection: NOTES, rkey: "there" } }), 400, "InvalidRequest"],
  ["a record that is not there", "com.atproto.repo.getRecord", () => ({ params: { repo: ann.did, collection: NOTES, rkey: "absent" } }), 400, "RecordNotFound"],
  ["another version of a record", "com.atproto.repo.getRecord", () => ({ params: { repo: ann.did, collection: NOTES, rkey: "there", cid: oldCommit } }), 400, "RecordNotFound"],
  ["records of nobody", "com.atproto.repo.listRecords", () => ({ params: { repo: "nobody.test", collection: NOTES } }), 400, "InvalidRequest"],
  ["a description of nobody", "com.atproto.repo.describeRepo", () => ({ params: { repo: "nobody.test" } }), 400, "RepoNotFound"],
  ["a handle of nobody", "com.atproto.identity.resolveHandle", () => ({ params: { handle: "nobody.test" } }), 400, "HandleNotFound"],
  ["a blob that is not there", "com.atproto.sync.getBlob", () => ({ params: { did: ann.did, cid: blobRef.ref.$link } }), 400, "BlobNotFound"],
  ["a blob that is no CID", "com.atproto.sync.getBlob", () => ({ params: { did: ann.did, cid: "nonsense" } }), 400, "InvalidRequest"],
  ["a since that is no TID", "com.atproto.sync.getRepo", () => ({ params: { did: ann.did, since: "nonsense" } }), 400, "InvalidRequest"],
  ...["getRepo", "getLatestCommit", "getRepoStatus", "listBlobs"].map((name): Row => [`${name} of nobody`, `com.atproto.sync.${name}`, () => ({ params: { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" } }), 400, "RepoNotFound"]),
  ["getRecord of nobody", "com.atproto.sync.getRecord", () => ({ params: { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", collection: NOTES, rkey: "x" } }), 400, "RepoNotFound"],
  ["a body where none is expected", "com.atproto.server.refreshSession", () => ({ token: ann.agent.session?.refreshJwt, body: {} }), 400, "InvalidRequest"],
  ["POST of the firehose", "com.atproto.sync.subscribeRepos", () => ({ body: {} }), 405, "MethodNotAllowed"],
  ["the firehose without a socket", "com.atproto.sync.subscribeRepos", () => ({}), 426, "UpgradeRequired"],
];

describe.each([
  ["bodies", bodies],
  ["records", records],
  ["names", names],
  ["the repository as it is", states],
  ["callers", callers],
  ["methods", methods],
])("refused, and nothing changed: %s", (_, rows) => {
  test.each(rows)("%s (%s)", async (_what, method, request, status, error) => {
    const before = await headOf(ann.did);
    const answer = await ask(method, request());
    expect([answer.status, answer.json?.error, typeof answer.json?.message]).toEqual([status, error, "string"]);
    // Pages may read errors too.
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await headOf(ann.did)).toEqual(before);
  });
});

describe("accepted, at the edge", () => {
  test("a record of exactly 1,000,000 bytes", async () => {
    const { status, json } = await ask<{ uri: string; cid: string }>(CREATE, creating({ record: recordOf(1_000_000), rkey: "largest" }));
    expect(status).toBe(200);
    const read = await ask<{ cid: string }>("com.atproto.repo.getRecord", { params: { repo: ann.did, collection: NOTES, rkey: "largest" } });
    expect(read.json.cid).toBe(json.cid);
  });

  test("200 writes in one commit", async () => {
    const before = await headOf(ann.did);
    const { status, json } = await ask<{ commit: { rev: string }; results: unknown[] }>(APPLY, applying(Array.from({ length: 200 }, () => create(undefined))));
    expect([status, json.results.length]).toEqual([200, 200]);
    expect(json.commit.rev > before.rev).toBe(true);
  });

  test("record keys of every allowed character, and of 512", async () => {
    for (const rkey of ["a.B-c_d~e:f", "...", "-", ":", "x".repeat(512)]) expect((await ask(CREATE, creating({ rkey }))).status, rkey).toBe(200);
  });

  test("content types with parameters, and parameters that nobody asked for", async () => {
    expect((await ask(CREATE, { ...creating({}), contentType: "application/json; charset=utf-8" })).status).toBe(200);
    expect((await ask("com.atproto.repo.getRecord", { params: { repo: ann.did, collection: NOTES, rkey: "there", other: "x" } })).status).toBe(200);
  });

  test("HEAD answers as GET does, without a body", async () => {
    const { status, bytes } = await ask("com.atproto.repo.getRecord", { method: "HEAD", params: { repo: ann.did, collection: NOTES, rkey: "there" } });
    expect([status, bytes.length]).toEqual([200, 0]);
  });
});

test("a blob beyond the limit is refused, and who sends it hears why", async () => {
  const { blobUploadLimit = 0 } = (await ask<{ blobUploadLimit?: number }>("com.atproto.server.describeServer")).json;
  expect(blobUploadLimit).toBeGreaterThan(1_000_000);
  for (let i = 0; i < 5; i++) {
    const answer = await ask("com.atproto.repo.uploadBlob", asAnn({ body: new Uint8Array(blobUploadLimit + 1), contentType: "application/octet-stream" }));
    expect([answer.status, answer.json.error]).toEqual([413, "PayloadTooLarge"]);
  }
  const stranger = await ask("com.atproto.repo.uploadBlob", { body: new Uint8Array(blobUploadLimit), contentType: "application/octet-stream" });
  expect([stranger.status, stranger.json.error]).toEqual([401, "AuthMissing"]);
});
