import type { Scene } from "../scene.ts";

const CREATE = "/xrpc/com.atproto.repo.createRecord";

/** Bodies and tokens that are not what they should be, and which is complained of first. */
export const bodies: Scene = {
  name: "bodies and tokens",
  play: async (side) => {
    const ann = await side.person("cf-bodies-ann");
    const record = { repo: ann.did, collection: "org.example.note", record: { text: "x" } };
    const good = JSON.stringify(record);
    const post = (label: string, body: string | undefined, headers: Record<string, string> = {}) => side.ask(label, { method: "POST", path: CREATE, as: ann, headers, ...(body === undefined ? {} : { body }) });

    await post("no body", undefined);
    await post("no body, length 0", undefined, { "content-length": "0" });
    await post("no body, JSON type", undefined, { "content-type": "application/json" });
    await post("no body, JSON type, length 0", undefined, { "content-type": "application/json", "content-length": "0" });
    await post("body without type", good);
    for (const type of ["text/plain", "application/json; charset=utf-8", "APPLICATION/JSON", "application/cbor", "application/x-www-form-urlencoded", "multipart/form-data", "", "nonsense", "application/json, text/plain", "application/json; charset=latin1"])
      await post(`type ${type}`, good, { "content-type": type });
    const json = { "content-type": "application/json" };
    for (const [name, body] of Object.entries({ truncated: good.slice(0, -2), text: "hello", "two values": `${good}${good}`, array: "[]", null: "null", number: "5", string: '"x"', "empty object": "{}", spaces: "   ", "trailing comma": `{"a":1,}`, "byte order mark": `\ufeff${good}` }))
      await post(`JSON: ${name}`, body, json);
    await side.ask("JSON: invalid UTF-8", { path: CREATE, as: ann, headers: json, body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) });
    await post("content-encoding unknown", good, { ...json, "content-encoding": "zstd" });
    await post("content-encoding gzip, not gzip", good, { ...json, "content-encoding": "gzip" });
    await post("content-encoding identity", good, { ...json, "content-encoding": "identity" });
    await side.procedure("more than 150 kB where writes are not", "com.atproto.repo.deleteRecord", { repo: ann.did, collection: "org.example.note", rkey: "x", more: "y".repeat(160_000) }, ann);
    for (const length of [150 * 1024, 150 * 1024 + 1]) {
      const body = JSON.stringify({ identifier: "", password: "" });
      await side.ask(`a body of ${length} bytes where sessions are made`, { path: "/xrpc/com.atproto.server.createSession", headers: { "content-type": "application/json" }, body: body.replace('""', `"${"x".repeat(length - body.length)}"`) });
    }
    await side.procedure("more than 150 kB where sessions are made", "com.atproto.server.createSession", { identifier: "x".repeat(160_000), password: "y" });

    const token = (label: string, authorization: string, path = CREATE) => side.ask(label, { path, headers: { authorization }, body: record });
    const [head, payload, signature] = ann.accessJwt.split(".") as [string, string, string];
    await token("token: empty header", "");
    await token("token: scheme alone", "Bearer");
    await token("token: scheme and space", "Bearer ");
    await token("token: words", "Bearer not a token");
    await token("token: word", "Bearer nonsense");
    await token("token: dots", "Bearer a.b.c");
    await token("token: scheme in lower case", `bearer ${ann.accessJwt}`);
    await token("token: other scheme", `Token ${ann.accessJwt}`);
    await token("token: Basic", `Basic ${Buffer.from("admin:wrong").toString("base64")}`);
    await token("token: DPoP", `DPoP ${ann.accessJwt}`);
    await token("token: signature cut", `Bearer ${head}.${payload}.${signature.slice(0, -4)}`);
    await token("token: payload of another", `Bearer ${head}.${Buffer.from('{"sub":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","scope":"com.atproto.access"}').toString("base64url")}.${signature}`);
    await token("token: refresh token", `Bearer ${ann.refreshJwt}`);
    await token("token: alg none", `Bearer ${Buffer.from('{"typ":"at+jwt","alg":"none"}').toString("base64url")}.${payload}.`);
    await token("token: access token where refreshed", `Bearer ${ann.accessJwt}`, "/xrpc/com.atproto.server.refreshSession");
    await side.ask("bad token and bad parameters", { path: "/xrpc/com.atproto.server.getServiceAuth", headers: { authorization: "Bearer a.b.c" } });
    await side.ask("bad token and bad body", { path: CREATE, headers: { authorization: "Bearer a.b.c" }, body: { nothing: 1 } });
    await side.ask("no token and no body", { method: "POST", path: CREATE });
    await side.ask("public query with a bad token", { path: "/xrpc/com.atproto.server.describeServer", headers: { authorization: "Bearer nonsense" } });
    await side.ask("sync query with a bad token", { path: `/xrpc/com.atproto.sync.getLatestCommit?did=${ann.did}`, headers: { authorization: "Bearer nonsense" } });
    await side.ask("repo query with a bad token", { path: `/xrpc/com.atproto.repo.describeRepo?repo=${ann.did}`, headers: { authorization: "Bearer nonsense" } });
    await side.ask("query with __proto__", { path: `/xrpc/com.atproto.repo.describeRepo?repo=${ann.did}&__proto__=1` });
    await side.ask("query with bad percents", { path: `/xrpc/com.atproto.repo.describeRepo?repo=%E0%A4%A` });
  },
};
