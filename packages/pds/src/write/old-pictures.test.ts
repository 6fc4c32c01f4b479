import { describe, expect, it } from "vitest";
import { renewPictures } from "./old-pictures.ts";

const CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const OLD = { cid: CID, mimeType: "image/png" };
const NEW = { $type: "blob", ref: { $link: CID }, mimeType: "image/png", size: 7 };
const PROFILE = { collection: "app.bsky.actor.profile", rkey: "self" };

/** An agent that has a profile, or not, and blobs of 7 bytes. */
const agent = (has: boolean, asked: string[] = []) => ({
  blobSizes: ({ cids }: { cids: string[] }) => {
    asked.push(...cids);
    return Promise.resolve({ ok: true, value: has ? cids.map(() => 7) : null } as const);
  },
});

describe("renewPictures", () => {
  it("brings the pictures of a profile that is there into today's form", async () => {
    const record = { displayName: "Ann", avatar: OLD, banner: NEW };
    expect(await renewPictures(agent(true), { ...PROFILE, record })).toEqual({ ok: true, value: { displayName: "Ann", avatar: NEW, banner: NEW } });
    expect(await renewPictures(agent(true), { ...PROFILE, record: { avatar: OLD, banner: OLD } })).toEqual({ ok: true, value: { avatar: NEW, banner: NEW } });
  });

  it("leaves everything else as it is, and asks nobody", async () => {
    const asked: string[] = [];
    const others = [
      { ...PROFILE, record: { displayName: "Ann" } }, { ...PROFILE, record: { avatar: { ...OLD, size: 1 } } }, { ...PROFILE, record: { other: OLD } },
      { ...PROFILE, record: null }, { ...PROFILE, record: [OLD] }, { ...PROFILE, record: { avatar: { ...OLD, cid: "none" } } },
      { collection: "com.example.note", rkey: "self", record: { avatar: OLD } },
    ];
    for (const put of others) expect(await renewPictures(agent(true, asked), put)).toEqual({ ok: true, value: put.record });
    expect(asked).toEqual([]);
  });

  it("does nothing for a profile that is not there yet, and says what the agent says", async () => {
    expect(await renewPictures(agent(false), { ...PROFILE, record: { avatar: OLD } })).toEqual({ ok: true, value: { avatar: OLD } });
    const missing = { ok: false, error: { status: 400, name: "InvalidRequest", message: "Blob not found" } } as const;
    expect(await renewPictures({ blobSizes: () => Promise.resolve(missing) }, { ...PROFILE, record: { avatar: OLD } })).toEqual(missing);
  });
});
