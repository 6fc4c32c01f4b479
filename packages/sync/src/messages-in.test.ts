import { encode, CidLink } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { encodeAccountFrame, encodeCommitFrame, encodeErrorFrame, sequenceFrame } from "./frame-encode.ts";
import { messagesIn } from "./messages-in.ts";

const CID = Uint8Array.from([1, 0x71, 0x12, 32, ...new Uint8Array(32)]);
const time = "2026-11-21T10:00:00.000Z";

function commit(ops: number): Uint8Array {
  const { frame, seqAt } = encodeCommitFrame({
    repo: "did:plc:a", commit: CID, rev: "3k2222222222a", since: null, blocks: new Uint8Array(10), time,
    ops: Array.from({ length: ops }, (_, i) => ({ action: "create" as const, path: `com.example.note/${i}`, cid: CID })),
  });
  return sequenceFrame(frame, seqAt, 7);
}

describe("messagesIn", () => {
  it.each([[0, 1], [1, 1], [2, 2], [23, 23], [24, 24], [200, 200]])("a commit of %i operations can become %i", (ops, messages) => expect(messagesIn(commit(ops))).toBe(messages));

  it("finds the operations wherever they stand", () => {
    const head = encode({ op: 1, t: "#commit" });
    // A field that sorts before `ops`.
    const body = encode({ a: 1, ops: [1, 2, 3], link: new CidLink(CID) });
    expect(messagesIn(Uint8Array.from([...head, ...body]))).toBe(3);
  });

  it("is one for everything else", () => {
    const account = encodeAccountFrame({ did: "did:plc:a", time, active: true });
    expect(messagesIn(sequenceFrame(account.frame, account.seqAt, 1))).toBe(1);
    expect(messagesIn(encodeErrorFrame({ error: "X" }))).toBe(1);
    expect(messagesIn(new Uint8Array([1, 2, 3]))).toBe(1);
    expect(messagesIn(new Uint8Array())).toBe(1);
  });
});
