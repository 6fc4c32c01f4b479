import { fileOfPart, openFile, SealError } from "@rookery/envelope";
import { describe, expect, it } from "vitest";
import { attachFile } from "./files.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

/** A host that keeps the blob it was sent last. */
const host = () => {
  const kept = { blobs: [] as Uint8Array[] };
  const upload = async (bytes: Uint8Array) => {
    kept.blobs.push(bytes);
    return { blob: { $type: "blob" as const, ref: { $link: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" }, mimeType: "application/octet-stream", size: bytes.length } };
  };
  return { kept, session: { did: DID, upload } };
};

const opened = async (part: unknown, blob: Uint8Array | undefined): Promise<Uint8Array> => {
  const file = fileOfPart(part);
  if (file === undefined || blob === undefined) throw new Error("no file");
  const pieces: Uint8Array[] = [];
  for await (const piece of openFile([blob], file, DID)) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe("a file to be attached", () => {
  const bytes = new TextEncoder().encode("0123456789".repeat(20_000));

  it.each([["its bytes", bytes], ["a Blob", new Blob([bytes.slice(0, 70_000), bytes.slice(70_000)])]])("may be %s", async (_, file) => {
    const { kept, session } = host();
    const { part } = await attachFile(session, file, { name: "digits.txt" });
    expect(Buffer.compare(await opened(part, kept.blobs[0]), bytes)).toBe(0);
  });

  it("that is a Blob is not read whole", async () => {
    class InPieces extends Blob {
      override arrayBuffer(): never {
        throw new Error("read whole");
      }
    }
    const { kept, session } = host();
    const { part } = await attachFile(session, new InPieces([bytes]), {});
    expect(Buffer.compare(await opened(part, kept.blobs[0]), bytes)).toBe(0);
  });

  it("that is too large is refused, and nothing of it uploaded", async () => {
    class Large extends Blob {
      override get size(): number {
        return 2 ** 40;
      }
    }
    const { kept, session } = host();
    await expect(attachFile(session, new Large(), {})).rejects.toBeInstanceOf(SealError);
    expect(kept.blobs).toEqual([]);
  });

  it.each(["text", new ArrayBuffer(3), undefined])("is nothing else: %o", async (wrong) => {
    const { kept, session } = host();
    await expect(attachFile(session, wrong as unknown as Uint8Array, {})).rejects.toThrow("a Uint8Array, or a Blob");
    expect(kept.blobs).toEqual([]);
  });
});
