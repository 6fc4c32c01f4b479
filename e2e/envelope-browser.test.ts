import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenPage, openPage, PAGE_TIMEOUT } from "./test/elsewhere.ts";

let open: OpenPage;

beforeAll(async () => {
  open = await openPage({ file: "../../packages/envelope/test/self-check.ts", globalName: "envelope" });
}, PAGE_TIMEOUT);

afterAll(() => open?.close());

test("a page seals and opens, and reads the vectors of docs/envelope.md", async () => {
  expect(await open.page.evaluate("envelope.selfCheck()")).toBe("sealed and opened");
});
