import { expect, test } from "vitest";
import { selfCheck } from "./self-check.ts";

test("everything works with what this platform has", async () => expect(await selfCheck()).toBe("sealed and opened"));
