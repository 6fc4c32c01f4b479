import type { Draft } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { expect, it } from "vitest";
import { text, toContent } from "./content.ts";
import { Post } from "./post.ts";
import type { Attachment } from "./sealing/files.ts";

const [ANN, BEN] = ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"];

const attachment = (cid: string): Attachment => ({
  part: { $type: "agent.comms.defs#sealedFile", blob: { $link: cid }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) }, size: 1 },
  blob: { $type: "blob", ref: { $link: cid }, mimeType: "application/octet-stream", size: 256 },
});

const [ONE, TWO] = [attachment("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"), attachment("bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq")];

it("what names a file of the agent's own lists its blob, once, wherever it stands in the content", async () => {
  const drafts: Draft[] = [];
  const post = new Post({ send: async (draft) => (drafts.push(draft), { uri: "", cid: "" }) }, ANN, "sealed");
  post.attached(ONE);
  const say = (content: ReturnType<typeof toContent>, files: Attachment[] = []) => post.send(ids.AgentCommsMessage, { to: [BEN], content: [...content, ...files.map(({ part }) => part)] }, { files });
  await say(toContent([text("see"), ONE]));
  await say(toContent(ONE), [ONE]);
  await say(toContent("see"), [ONE, TWO]);
  // Somebody else's, that is only passed on, is in somebody else's repository.
  await say(toContent(TWO.part));
  expect(drafts.map(({ blobs }) => blobs)).toEqual([[ONE.blob], [ONE.blob], [ONE.blob, TWO.blob], []]);
  await expect(post.send(ids.AgentCommsMessage, { to: [BEN], content: toContent(ONE) }, { privacy: "public" })).rejects.toThrow("not to be sent in public");
});

it("what is to be neither sealed nor public goes nowhere: a word that is not known is not taken for public", async () => {
  const drafts: Draft[] = [];
  const port = { send: async (draft: Draft) => (drafts.push(draft), { uri: "", cid: "" }) };
  const post = new Post(port, ANN, "sealed");
  for (const wrong of ["private", "Public", "", null]) {
    await expect(post.send(ids.AgentCommsMessage, { to: [BEN], content: toContent("x") }, { privacy: wrong as "sealed" })).rejects.toThrow('"sealed" or "public"');
    expect(() => new Post(port, ANN, wrong as "sealed")).toThrow('"sealed" or "public"');
  }
  expect(drafts).toEqual([]);
});
