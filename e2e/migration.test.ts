import { AtpAgent, type BlobRef } from "@atproto/api";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "./official/official.ts";
import { type Resident, bringBlobs, bringIdentity, bringPreferences, bringRepo, openAccount, takeOver } from "./test/move.ts";
import { RelayReader } from "./test/relay-reader.ts";
import { until } from "./test/until.ts";

/** How long a move with all its records may take. */
const MOVE_TIMEOUT = 180_000;
const RECORDS = 5_000;
const BLOBS = 50;
const POST = "app.bsky.feed.post";

/** Without one the official PDS keeps no preferences. Nobody is there. */
const APP_VIEW = { bskyAppViewUrl: "http://localhost:1", bskyAppViewDid: "did:web:localhost%3A1" };

let official: Official;

beforeAll(async () => {
  official = await startOfficial({ plcUrl: inject("plcUrl"), environment: APP_VIEW });
}, OFFICIAL_TIMEOUT);
afterAll(() => official.stop());

const signUp = async (origin: string, name: string): Promise<Resident> => {
  const agent = new AtpAgent({ service: origin });
  const account = { handle: `${name}.test`, password: `password of ${name}` };
  await agent.createAccount({ ...account, email: `${name}@example.com` });
  return { agent, did: agent.assertDid, ...account };
};

/** 5,000 posts, fifty of them with an image of their own. */
const furnish = async ({ agent, did }: Resident): Promise<void> => {
  const images: BlobRef[] = [];
  for (let i = 0; i < BLOBS; i++) {
    const { data } = await agent.com.atproto.repo.uploadBlob(new TextEncoder().encode(`image ${i} of ${did}`), { encoding: "image/png" });
    images.push(data.blob);
  }
  for (let from = 0; from < RECORDS; from += 200) {
    const writes = Array.from({ length: 200 }, (_, i) => {
      const image = images[from + i];
      const embed = image === undefined ? {} : { embed: { $type: "app.bsky.embed.images", images: [{ image, alt: "" }] } };
      return { $type: "com.atproto.repo.applyWrites#create", collection: POST, value: { $type: POST, text: `post ${from + i}`, createdAt: new Date(1_700_000_000_000 + from + i).toISOString(), ...embed } };
    });
    await agent.com.atproto.repo.applyWrites({ repo: did, writes: writes as never });
  }
};

/** All records, by path. */
const recordsOf = async ({ agent, did }: Resident): Promise<Map<string, string>> => {
  const records = new Map<string, string>();
  for (let cursor: string | undefined; ; ) {
    const { data } = await agent.com.atproto.repo.listRecords({ repo: did, collection: POST, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { uri, cid } of data.records) records.set(uri, cid);
    if (data.cursor === undefined || data.records.length === 0) return records;
    cursor = data.cursor;
  }
};

const blobsOf = async ({ agent, did }: Resident): Promise<string[]> => (await agent.com.atproto.sync.listBlobs({ did, limit: 1000 })).data.cids.toSorted();

const officialToken = async (): Promise<string> => {
  const { html } = official.mails().findLast(({ subject }) => subject.startsWith("PLC")) ?? { html: "" };
  return /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(html)?.[0] ?? "";
};

describe("an account with 5,000 records and 50 blobs", () => {
  it("moves from the official PDS to the colony, and the stream goes on without a break", { timeout: MOVE_TIMEOUT }, async () => {
    const origin = inject("origin");
    const from = await signUp(official.origin, "mover-in");
    await furnish(from);
    const before = await recordsOf(from);
    expect(before.size).toBe(RECORDS);
    const blobs = await blobsOf(from);
    await from.agent.app.bsky.actor.putPreferences({ preferences: [{ $type: "app.bsky.actor.defs#adultContentPref", enabled: false }] });

    const relay = new RelayReader(inject("plcUrl"), [from.did]);
    await Promise.all([relay.listen(official.origin), relay.listen(origin)]);
    const move = { from, to: origin, handle: "moved-in.test", email: "mover-in@example.com", mailedToken: officialToken };
    const to = await openAccount(move);
    const status = async () => (await to.agent.com.atproto.server.checkAccountStatus()).data;
    expect(await status()).toMatchObject({ activated: false, validDid: false, indexedRecords: 0, expectedBlobs: 0, importedBlobs: 0 });
    await bringRepo(from, to);
    expect(await status()).toMatchObject({ activated: false, validDid: false, indexedRecords: RECORDS, expectedBlobs: BLOBS, importedBlobs: 0 });
    // Nothing is believed of a host before the DID names it.
    await expect(to.agent.com.atproto.server.activateAccount()).rejects.toThrow();
    expect(await bringBlobs(from, to)).toBe(BLOBS);
    await bringPreferences(from, to);
    await bringIdentity(move, to);
    expect(await status()).toMatchObject({ activated: false, validDid: true, indexedRecords: RECORDS, expectedBlobs: BLOBS, importedBlobs: BLOBS });
    await takeOver(from, to);
    expect(await status()).toMatchObject({ activated: true, validDid: true });

    expect(await recordsOf(to)).toEqual(before);
    expect(await blobsOf(to)).toEqual(blobs);
    expect((await to.agent.app.bsky.actor.getPreferences()).data.preferences).toEqual([{ $type: "app.bsky.actor.defs#adultContentPref", enabled: false }]);
    const { data: written } = await to.agent.com.atproto.repo.createRecord({ repo: to.did, collection: POST, record: { $type: POST, text: "at home", createdAt: new Date().toISOString() } });
    await until(() => relay.words(origin).includes("commit"), "the first commit here");
    await until(() => relay.words(official.origin).includes("!account:deactivated"), "the old host says that it is over");
    await relay.settled();
    expect(relay.failures).toEqual([]);
    // The first says that the DID was changed, the others are the activation.
    expect(relay.words(origin)).toEqual(["identity", "account:active", "identity", "sync", "commit"]);
    expect(written.commit?.rev).toBeDefined();
    relay.close();
  });
});
