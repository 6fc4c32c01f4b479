import { describe, expect, it } from "vitest";
import { type AiBinding, workersAiEmbedder } from "./workers-ai-embedder.ts";

const row = (first: number) => Array.from({ length: 768 }, (_, i) => (i === 0 ? first : 0));

/** A binding that answers so, and what it was asked. */
const answering = (answer: (text: string[]) => unknown) => {
  const asked: unknown[] = [];
  const ai: AiBinding = {
    run: async (model, input) => {
      asked.push([model, input]);
      return answer(input.text);
    },
  };
  return { embedder: workersAiEmbedder(ai), asked };
};

describe("the embedder of Workers AI", () => {
  it("asks for all at once, in the model's words, and takes the first numbers of each", async () => {
    const { embedder, asked } = answering((text) => ({ shape: [text.length, 768], data: text.map((_, i) => row(i)) }));
    const vectors = await embedder.embed(["one", "two"], "memory");
    expect(vectors.map((vector) => [vector.length, vector[0]])).toEqual([[256, 0], [256, 1]]);
    await embedder.embed(["what?"], "query");
    expect(asked).toEqual([
      ["@cf/google/embeddinggemma-300m", { text: ["title: none | text: one", "title: none | text: two"] }],
      ["@cf/google/embeddinggemma-300m", { text: ["task: search result | query: what?"] }],
    ]);
    expect(embedder).toMatchObject({ dim: 256, id: expect.stringContaining("embeddinggemma") });
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["no data", {}],
    ["too few vectors", { data: [row(1)] }],
    ["vectors that are too short", { data: [[1, 2], [3, 4]] }],
    ["no numbers", { data: [Array.from({ length: 256 }, () => "x"), row(1)] }],
  ])("does not take %s for an answer", async (_, answer) => {
    await expect(answering(() => answer).embedder.embed(["one", "two"], "memory")).rejects.toThrow("Workers AI answered");
  });
});
