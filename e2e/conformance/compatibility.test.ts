import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { installOfficial } from "../../bench/lib/install.mjs";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { routeTables } from "../fuzz/rows.ts";
import { OFFICIAL_TIMEOUT } from "../official/official.ts";
import { intended } from "./intended.ts";

const text = readFileSync(join(ROOT, "COMPATIBILITY.md"), "utf8");

/** NSID and verdict of every row of the document's tables. */
const said = [...text.matchAll(/^\| `([\w.]+)` \| (same|better|absent) \| (.*) \|$/gm)].map(([, nsid = "", verdict = "", why = ""]) => ({ nsid, verdict, why }));

/** Methods of the official PDS: one module each in its package. */
const official: string[] = [];

beforeAll(async () => {
  await installOfficial((line) => console.error(line));
  const api = join(ROOT, "bench/node_modules/@atproto/pds/dist/api");
  for (const file of readdirSync(api, { recursive: true, encoding: "utf8" })) {
    const [, nsid] = /^((?:com\/atproto|app\/bsky|chat\/bsky)\/\w+\/(?:deprecated\/)?\w+)\.js$/.exec(file) ?? [];
    if (nsid !== undefined && !/\/(index|util)$|\/util\//.test(nsid)) official.push(nsid.replace("/deprecated", "").replaceAll("/", "."));
  }
  expect(existsSync(api)).toBe(true);
}, OFFICIAL_TIMEOUT);

describe("COMPATIBILITY.md", () => {
  test("has every method of the official PDS, once", () => {
    expect(official.length).toBeGreaterThan(60);
    expect(official.filter((nsid) => !said.some((row) => row.nsid === nsid))).toEqual([]);
    expect(said.map(({ nsid }) => nsid).filter((nsid, i, all) => all.indexOf(nsid) !== i)).toEqual([]);
  });

  test("says of each what the route table says, and why", async () => {
    const { origin } = await routeTables();
    const served = new Set(origin.flatMap(({ path }) => (/^\/xrpc\/(com\.atproto|app\.bsky|chat\.bsky)\./.test(path) ? [path.slice("/xrpc/".length)] : [])));
    expect(said.filter(({ verdict }) => verdict !== "absent").map(({ nsid }) => nsid).toSorted()).toEqual([...served].toSorted());
    expect(said.filter(({ verdict, why }) => verdict !== "same" && why === "")).toEqual([]);
    expect(said.filter(({ nsid, verdict }) => verdict === "same" && !official.includes(nsid))).toEqual([]);
  });

  test("says of every setting of the official PDS what does the same here, or that nothing does", () => {
    const settings = [...readFileSync(join(ROOT, "bench/node_modules/@atproto/pds/dist/config/env.js"), "utf8").matchAll(/'PDS_(\w+)'/g)].map(([, name = ""]) => name);
    const rows = text.slice(text.indexOf("\n|---", text.indexOf("## Settings")), text.indexOf("## Where answers differ"));
    const named = [...rows.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)(\.\.\.)?`/g)].map(([, name = "", more]) => new RegExp(`^${name}${more === undefined ? "" : ".+"}$`)));
    expect(settings.length).toBeGreaterThan(90);
    expect(settings.filter((name) => named.filter((known) => known.test(name)).length !== 1)).toEqual([]);
    expect(named.filter((known) => !settings.some((name) => known.test(name)))).toEqual([]);
  });

  test("gives the reason of every intended difference, and no others", () => {
    const reasons = new Set(intended.map(({ reason }) => reason));
    const listed = new Set([...text.slice(text.indexOf("## Where answers differ")).matchAll(/^- (?:\*\*.+?\*\* )?(.*)$/gm)].map(([, reason = ""]) => reason));
    expect([...reasons].filter((reason) => !listed.has(reason))).toEqual([]);
    expect([...listed].filter((reason) => !reasons.has(reason))).toEqual([]);
  });
});
