import { once } from "node:events";
import { mkdtempSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type OpenPage, openPage, PAGE_TIMEOUT } from "./test/elsewhere.ts";
import { NOTES, type Person, signUp } from "./test/people.ts";

/** What a page could read of an answer. */
interface Seen {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** What a page asks. */
interface Wish {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

let ann: Person;
let open: OpenPage;
let page: Page;

beforeAll(async () => {
  ann = await signUp("browser-ann");
  open = await openPage();
  page = open.page;
}, PAGE_TIMEOUT);

afterAll(() => open?.close());

/** Fetch inside the page. @throws what the page's fetch throws: a TypeError when CORS forbids to read. */
const inPage = (wish: Wish): Promise<Seen> =>
  page.evaluate(
    async ({ origin, path, method, headers, body }) => {
      const response = await fetch(origin + path, { ...(method === undefined ? {} : { method }), ...(headers === undefined ? {} : { headers }), ...(body === undefined ? {} : { body }) });
      const seen = { status: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
      const log = document.querySelector("#log");
      if (log !== null) log.textContent += `${method ?? "GET"} ${path.slice(0, 100)}\n  ${seen.status} ${seen.body.slice(0, 100)}\n`;
      return seen;
    },
    { origin: inject("origin"), ...wish },
  );

/** The fields of interest of any answer here. */
interface Said {
  error?: string;
  accessJwt?: string;
  cid?: string;
  blob?: { ref: { $link: string } };
}

const jsonOf = ({ body }: Seen): Said => JSON.parse(body) as Said;

const asAnn = () => ({ authorization: `Bearer ${ann.token}` });

describe("a page of another origin", () => {
  test("is one: without CORS it may read nothing", async () => {
    const other = createServer((_, response) => response.end("no header, no reading"));
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const refused = await page.evaluate(async (url) => fetch(url).then(() => "readable", (error: unknown) => String(error)), `http://localhost:${(other.address() as AddressInfo).port}/`);
    other.close();
    expect(refused).toContain("Failed to fetch");
  });

  test("logs in, writes with a preflighted POST, and reads back", async () => {
    const session = await inPage({ path: "/xrpc/com.atproto.server.createSession", method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ identifier: ann.handle, password: ann.password }) });
    expect(session.status).toBe(200);
    const { accessJwt } = jsonOf(session);
    const headers = { "content-type": "application/json", authorization: `Bearer ${accessJwt}`, "atproto-accept-labelers": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" };
    const written = await inPage({ path: "/xrpc/com.atproto.repo.createRecord", method: "POST", headers, body: JSON.stringify({ repo: ann.did, collection: NOTES, rkey: "paged", record: { text: "from a page" } }) });
    expect(written.status).toBe(200);
    const read = await inPage({ path: `/xrpc/com.atproto.repo.getRecord?repo=${ann.did}&collection=${NOTES}&rkey=paged` });
    expect(jsonOf(read)).toMatchObject({ cid: jsonOf(written).cid, value: { text: "from a page" } });
  });

  test("reads what errors say, whoever made them", async () => {
    const asked: [Wish, number, string][] = [
      [{ path: "/xrpc/com.atproto.repo.getRecord?repo=nobody.test&collection=a.b.c&rkey=x" }, 400, "InvalidRequest"],
      [{ path: "/xrpc/com.atproto.repo.getRecord" }, 400, "InvalidRequest"],
      [{ path: "/xrpc/com.atproto.server.getSession" }, 401, "AuthMissing"],
      [{ path: "/xrpc/com.atproto.server.getSession", headers: { authorization: "Bearer a.b.c" } }, 400, "InvalidToken"],
      [{ path: "/xrpc/org.example.unknown" }, 400, "InvalidRequest"],
      [{ path: "/xrpc/com.atproto.sync.subscribeRepos" }, 426, "UpgradeRequired"],
      [{ path: "/xrpc/com.atproto.repo.createRecord", method: "POST", headers: { "content-type": "application/json", ...asAnn() }, body: "{" }, 400, "InvalidRequest"],
      [{ path: "/xrpc/com.atproto.repo.createRecord", method: "POST", headers: { "content-type": "application/json", ...asAnn() }, body: JSON.stringify({ x: "x".repeat(2_100_000) }) }, 413, "PayloadTooLarge"],
      [{ path: "/agents/create", method: "POST", headers: { "content-type": "application/json" }, body: "{}" }, 401, "AuthMissing"],
    ];
    for (const [wish, status, error] of asked) {
      const seen = await inPage(wish);
      expect([seen.status, jsonOf(seen).error], wish.path).toEqual([status, error]);
    }
  });

  test("uploads a blob and gets it back, with headers it may read", async () => {
    const uploaded = await inPage({ path: "/xrpc/com.atproto.repo.uploadBlob", method: "POST", headers: { "content-type": "text/plain", ...asAnn() }, body: "a blob from a page" });
    expect(uploaded.status).toBe(200);
    const { blob } = jsonOf(uploaded);
    const cid = blob?.ref.$link ?? "";
    const body = JSON.stringify({ repo: ann.did, collection: NOTES, rkey: "blob", record: { blob } });
    expect((await inPage({ path: "/xrpc/com.atproto.repo.putRecord", method: "POST", headers: { "content-type": "application/json", ...asAnn() }, body })).status).toBe(200);
    const seen = await inPage({ path: `/xrpc/com.atproto.sync.getBlob?did=${ann.did}&cid=${cid}` });
    expect([seen.status, seen.body]).toEqual([200, "a blob from a page"]);
    expect(seen.headers["content-disposition"]).toContain(cid);
  });

  test("a blob that says it is a page runs nothing", async () => {
    const { data } = await ann.agent.uploadBlob(new TextEncoder().encode("<script>document.title = 'ran'</script>"), { encoding: "text/html" });
    await ann.agent.com.atproto.repo.putRecord({ repo: ann.did, collection: NOTES, rkey: "evil", record: { blob: data.blob } });
    const tab = await open.browser.newPage();
    const download = tab.waitForEvent("download");
    // It is saved instead of shown, which the browser reports as a navigation that was broken off.
    await tab.goto(`${inject("origin")}/xrpc/com.atproto.sync.getBlob?did=${ann.did}&cid=${data.blob.ref.toString()}`).catch(() => undefined);
    expect((await download).suggestedFilename()).toContain(data.blob.ref.toString());
    expect(await tab.title()).toBe("");
    await tab.close();
  });

  test("reads a whole repository", async () => {
    const seen = await inPage({ path: `/xrpc/com.atproto.sync.getRepo?did=${ann.did}` });
    expect([seen.status, seen.headers["content-type"]]).toEqual([200, "application/vnd.ipld.car"]);
  });

  test("follows the firehose", async () => {
    const first = page.evaluate(
      (url) =>
        new Promise<number>((resolve, reject) => {
          const socket = new WebSocket(url);
          socket.binaryType = "arraybuffer";
          socket.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
            socket.close();
            resolve(data.byteLength);
          });
          socket.addEventListener("error", () => reject(new Error("no socket")));
        }),
      `${inject("origin").replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`,
    );
    expect(await first).toBeGreaterThan(50);
  });

  test("and all of that can be seen", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "rookery-page-")), "page.png");
    await page.screenshot({ path, fullPage: true });
    expect(statSync(path).size).toBeGreaterThan(1000);
    console.log(`screenshot: ${path}`);
  });
});
