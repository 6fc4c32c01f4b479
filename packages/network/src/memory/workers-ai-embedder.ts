import type { Embedder } from "@rookery/pds";

/** 300 million parameters, some hundred languages. Its first numbers stand alone: 128, 256 or 512 of 768 may be taken. */
const MODEL = "@cf/google/embeddinggemma-300m";
/** As many as the offline embedder has, so that an index is as large; of 768, 20,000 memories would not fit beside an agent. */
const DIM = 256;

/** What of the binding is used. */
export interface AiBinding {
  run(model: typeof MODEL, input: { text: string[] }): Promise<unknown>;
}

/**
 * Vectors by Workers AI. Whoever binds it has Cloudflare's model read every memory, and every question, in clear: that is
 * said in SECURITY.md, and is why a colony has to bind it expressly. The likenesses are those of the model's card: a right
 * answer there has 0.64 and other planets up to 0.49.
 */
export const workersAiEmbedder = (ai: AiBinding): Embedder => ({
  id: `workers-ai ${MODEL} ${DIM}`,
  dim: DIM,
  unrelated: 0.3,
  related: 0.6,
  async embed(texts, purpose) {
    // The model's own words for the two sides of a search.
    const text = texts.map((one) => (purpose === "query" ? `task: search result | query: ${one}` : `title: none | text: ${one}`));
    return vectorsOf(await ai.run(MODEL, { text }), texts.length);
  },
});

/** @throws Error for an answer of another shape. */
function vectorsOf(answer: unknown, count: number): Float32Array[] {
  const data: unknown = typeof answer === "object" && answer !== null && "data" in answer ? answer.data : undefined;
  if (!Array.isArray(data) || data.length !== count) throw new Error("Workers AI answered with something else than one vector for each text");
  return data.map((row: unknown) => {
    if (!Array.isArray(row) || row.length < DIM || row.some((value) => typeof value !== "number")) throw new Error("Workers AI answered with something that is no vector");
    return Float32Array.from(row.slice(0, DIM));
  });
}
