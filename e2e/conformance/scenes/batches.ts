import type { Scene } from "../scene.ts";

const APPLY = "com.atproto.repo.applyWrites";
const NOTE = "org.example.note";

/** com.atproto.repo.applyWrites: what a batch may hold, and what comes back. */
export const batches: Scene = {
  name: "batches",
  play: async (side) => {
    const ann = await side.person("cf-batches-ann");
    const ben = await side.person("cf-batches-ben");
    const apply = (label: string, writes: unknown, more: Record<string, unknown> = {}) => side.procedure(label, APPLY, { repo: ann.did, writes, ...more }, ann);
    const create = (rkey: string | undefined, value: unknown = { v: 1 }) => ({ $type: `${APPLY}#create`, collection: NOTE, ...(rkey === undefined ? {} : { rkey }), value });
    const update = (rkey: string, value: unknown = { v: 2 }) => ({ $type: `${APPLY}#update`, collection: NOTE, rkey, value });
    const drop = (rkey: string) => ({ $type: `${APPLY}#delete`, collection: NOTE, rkey });

    await apply("nothing", []);
    await apply("create", [create("a")]);
    await apply("create, key made by the server", [create(undefined)]);
    await apply("create what is there", [create("a")]);
    await apply("update", [update("a")]);
    await apply("update, nothing changed", [update("a")]);
    await apply("update what is not there", [update("none")]);
    await apply("delete what is not there", [drop("none")]);
    await apply("delete", [drop("a")]);
    await apply("all kinds", [create("b"), create("c"), create("d")]);
    await apply("all kinds again", [create("e"), update("b"), drop("c")]);
    await apply("same path twice: create, update", [create("f"), update("f")]);
    await apply("same path twice: create, create", [create("g"), create("g")]);
    await apply("same path twice: create, delete", [create("h"), drop("h")]);
    await apply("same path twice: delete, create", [drop("b"), create("b", { v: 9 })]);
    await apply("same path twice: update, update", [update("d"), update("d", { v: 7 })]);
    await apply("one of them wrong", [create("i"), update("none")]);
    await side.query("nothing of it happened", "com.atproto.repo.getRecord", { repo: ann.did, collection: NOTE, rkey: "i" });
    await apply("validate true", [create("j")], { validate: true });
    await apply("validate false", [create("j")], { validate: false });
    await apply("swapCommit wrong", [create("k")], { swapCommit: "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm" });
    await apply("swapCommit no CID", [create("k")], { swapCommit: "nope" });
    await apply("$type missing", [{ collection: NOTE, rkey: "l", value: {} }]);
    await apply("$type unknown", [{ $type: `${APPLY}#other`, collection: NOTE, rkey: "l", value: {} }]);
    await apply("$type short", [{ $type: "#create", collection: NOTE, rkey: "l", value: {} }]);
    await apply("value missing", [{ $type: `${APPLY}#create`, collection: NOTE, rkey: "l" }]);
    await apply("value no object", [create("l", "text")]);
    await apply("update without rkey", [{ $type: `${APPLY}#update`, collection: NOTE, value: {} }]);
    await apply("rkey bad", [create("a b")]);
    await apply("collection bad", [{ ...create("l"), collection: "nope" }]);
    await apply("$type of the record another", [create("l", { $type: "org.example.other" })]);
    await apply("writes no array", { a: 1 });
    await apply("writes of texts", ["create"]);
    await side.procedure("writes missing", APPLY, { repo: ann.did }, ann);
    await side.procedure("another's repository", APPLY, { repo: ben.did, writes: [create("a")] }, ann);
    await side.procedure("no credentials", APPLY, { repo: ann.did, writes: [create("a")] });
    await apply("200", Array.from({ length: 200 }, (_, i) => create(`m${i}`)));
    await apply("201", Array.from({ length: 201 }, (_, i) => create(`n${i}`)));
    await apply("300 kB in all", Array.from({ length: 30 }, (_, i) => create(`o${i}`, { text: "x".repeat(10_000) })));
    await side.query("what is there", "com.atproto.repo.listRecords", { repo: ann.did, collection: NOTE, limit: "20" });
  },
};
