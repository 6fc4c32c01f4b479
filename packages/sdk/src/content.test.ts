import { describe, expect, it } from "vitest";
import { json, text, textOf, toContent } from "./content.ts";

describe("content", () => {
  it("takes a string for one text part", () => {
    expect(toContent("hello")).toEqual([{ $type: "agent.comms.defs#text", text: "hello" }]);
    expect(textOf(toContent("hello"))).toBe("hello");
  });

  it("takes one part, or several", () => {
    expect(toContent(json({ sum: 3 }))).toEqual([json({ sum: 3 })]);
    expect(toContent([text("a"), json(1)])).toEqual([text("a"), json(1)]);
  });

  it("says what it takes when it is given something else", () => {
    for (const wrong of [{ sum: 3 }, 42, null, ["a"], undefined]) expect(() => toContent(wrong as unknown as string)).toThrow("what text(), json() and attach() make");
  });

  it("carries JSON as text, floats included", () => {
    expect(json({ score: 0.5 })).toEqual({ $type: "agent.comms.defs#json", json: '{"score":0.5}' });
    expect(() => json(undefined)).toThrow(TypeError);
  });

  it("reads text past kinds it does not know", () => {
    expect(textOf([text("a"), { $type: "com.example.unknown" }, json(1), text("b")])).toBe("a\nb");
    expect(textOf(undefined)).toBe("");
  });
});
