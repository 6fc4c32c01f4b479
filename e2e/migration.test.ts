import { AtpAgent, type BlobRef } from "@atproto/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OFFICIAL_TIMEOUT } from "./official/official.ts";
import { codeTo } from "./test/mail.ts";
import { type Resident, bringBlobs, bringIdentity, bringPreferences, bringRepo, moveAccount, openAccount, signUp, takeOver } from "./test/move.ts";
import { RelayReader } from "./test/relay-reader.ts";
import { type TwoHosts, plcCodeOf, startTwoHosts } from "./test/two-hosts.ts";
import { until } from "./test/until.ts";

/** How long a move with all its records may take. */
const MOVE_TIMEOUT = 180_000;
const RECORDS = 5_000;
const BLOBS = 50;
const POST = "app.bsky.feed.post";

let hosts: TwoHosts;
beforeAll(async () => {
  hosts = await startTwoHosts();
}, OFFICIAL_TIMEOUT);
afterAll(() => hosts.stop());

const officialCode = (): string => plcCodeOf(hosts.official);
const colonyCode = (address: string): string => codeTo(hosts.house.folder, address);

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

describe("an account with 5,000 records and 50 blobs", () => {
  it("moves from the official PDS to the colony, and the stream goes on without a break", { timeout: MOVE_TIMEOUT }, async () => {
    const origin = hosts.house.origin;
    const from = await signUp(hosts.official.origin, "mover-in");
    await furnish(from);
    const before = await recordsOf(from);
    expect(before.size).toBe(RECORDS);
    const blobs = await blobsOf(from);
    await from.agent.app.bsky.actor.putPreferences({ preferences: [{ $type: "app.bsky.actor.defs#adultContentPref", enabled: false }] });

    const relay = new RelayReader(hosts.house.plcUrl, [from.did]);
    await Promise.all([relay.listen(hosts.official.origin), relay.listen(origin)]);
    const move = { from, to: origin, handle: "moved-in.test", email: "mover-in@example.com", mailedToken: officialCode };
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
    await until(() => relay.words(hosts.official.origin).includes("!account:deactivated"), "the old host says that it is over");
    await relay.settled();
    expect(relay.failures).toEqual([]);
    // The first says that the DID was changed, the others are the activation.
    expect(relay.words(origin)).toEqual(["identity", "account:active", "identity", "sync", "commit"]);
    expect(written.commit?.rev).toBeDefined();
    relay.close();
  });

  it("moves from the colony to the official PDS, and the stream goes on without a break", { timeout: MOVE_TIMEOUT }, async () => {
    const origin = hosts.house.origin;
    const from = await signUp(origin, "mover-out");
    await furnish(from);
    const before = await recordsOf(from);
    expect(before.size).toBe(RECORDS);
    const blobs = await blobsOf(from);
    await from.agent.app.bsky.actor.putPreferences({ preferences: [{ $type: "app.bsky.actor.defs#adultContentPref", enabled: true }] });

    const relay = new RelayReader(hosts.house.plcUrl, [from.did]);
    await Promise.all([relay.listen(origin), relay.listen(hosts.official.origin)]);
    const to = await moveAccount({ from, to: hosts.official.origin, handle: "moved-out.test", email: "mover-out@example.com", mailedToken: () => colonyCode("mover-out@example.com") });

    const { data: status } = await to.agent.com.atproto.server.checkAccountStatus();
    expect(status).toMatchObject({ activated: true, validDid: true, indexedRecords: RECORDS, expectedBlobs: BLOBS, importedBlobs: BLOBS });
    expect(await recordsOf(to)).toEqual(before);
    expect(await blobsOf(to)).toEqual(blobs);
    expect((await to.agent.app.bsky.actor.getPreferences()).data.preferences).toEqual([{ $type: "app.bsky.actor.defs#adultContentPref", enabled: true }]);
    await to.agent.com.atproto.repo.createRecord({ repo: to.did, collection: POST, record: { $type: POST, text: "elsewhere", createdAt: new Date().toISOString() } });
    await until(() => relay.words(hosts.official.origin).includes("commit"), "the first commit there");
    await until(() => relay.words(origin).includes("!account:deactivated"), "we say that it is over");
    await relay.settled();
    // The official PDS writes a new rev down without signing it: its #sync says another rev than the commit in it. Nothing else is wrong.
    expect(relay.failures).toEqual([expect.stringContaining(`${hosts.official.origin} sync: FieldMismatch`)]);
    relay.close();
    // What is left here is nobody's to read, and the account's own to delete.
    await expect(new AtpAgent({ service: origin }).com.atproto.sync.getRepo({ did: to.did })).rejects.toMatchObject({ error: "RepoDeactivated" });
  });
});

describe("a move that is not gone through with", () => {
  const few = async (resident: Resident, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await resident.agent.com.atproto.repo.createRecord({ repo: resident.did, collection: POST, record: { $type: POST, text: `post ${i}`, createdAt: new Date().toISOString() } });
  };

  it("is given up by deleting the account here: its DID and its old host do not notice, and it can be begun anew", async () => {
    const origin = hosts.house.origin;
    const from = await signUp(hosts.official.origin, "half-mover");
    await few(from, 3);
    const relay = new RelayReader(hosts.house.plcUrl, [from.did]);
    await relay.listen(origin);
    const log = () => fetch(`${hosts.house.plcUrl}/${from.did}/log/audit`).then((answer) => answer.text());
    const before = await log();
    const email = "half-mover@example.com";
    const move = { from, to: origin, handle: "half-here.test", email, mailedToken: officialCode };
    const here = await openAccount(move);
    await bringRepo(from, here);
    await expect(openAccount(move)).rejects.toMatchObject({ error: "AlreadyExists" });
    await here.agent.com.atproto.server.requestAccountDelete();
    await here.agent.com.atproto.server.deleteAccount({ did: here.did, password: here.password, token: colonyCode(email) });
    expect(await log()).toBe(before);
    await few(from, 1);
    const again = await moveAccount(move);
    expect((await recordsOf(again)).size).toBe(4);
    await few(again, 1);
    await until(() => relay.words(origin).includes("commit"), "the first commit here");
    await relay.settled();
    expect(relay.words(origin)).toEqual(["identity", "account:active", "identity", "sync", "commit"]);
    expect(relay.failures).toEqual([]);
    relay.close();
  });

  it("and one that comes back, to the account that it left or to a new one, goes on where the stream was", { timeout: MOVE_TIMEOUT }, async () => {
    const origin = hosts.house.origin;
    const email = "there-and-back@example.com";
    const first = await signUp(origin, "there-and-back");
    await few(first, 2);
    const away = await moveAccount({ from: first, to: hosts.official.origin, handle: "gone-away.test", email, mailedToken: () => colonyCode(email) });
    await few(away, 2);
    const relay = new RelayReader(hosts.house.plcUrl, [first.did]);
    await relay.listen(origin);

    // The account that it left is still here, deactivated.
    const home = { agent: new AtpAgent({ service: origin }), did: first.did, handle: first.handle, password: first.password };
    await home.agent.login({ identifier: first.handle, password: first.password });
    const back = { from: away, to: origin, handle: first.handle, email, mailedToken: officialCode };
    await bringRepo(away, home);
    await bringIdentity(back, home);
    await takeOver(away, home);
    expect((await recordsOf(home)).size).toBe(4);
    await few(home, 1);

    // Away again, and deleted here: nothing of it is left but what the relay remembers.
    const gone = new AtpAgent({ service: hosts.official.origin });
    await gone.login({ identifier: "gone-away.test", password: away.password });
    const there = { agent: gone, did: first.did, handle: "gone-away.test", password: away.password };
    await bringRepo(home, there);
    await bringIdentity({ from: home, to: hosts.official.origin, handle: there.handle, email, mailedToken: () => colonyCode(email) }, there);
    await takeOver(home, there);
    await home.agent.com.atproto.server.requestAccountDelete();
    await home.agent.com.atproto.server.deleteAccount({ did: home.did, password: home.password, token: colonyCode(email) });
    const anew = await moveAccount({ from: there, to: origin, handle: "back-for-good.test", email, mailedToken: officialCode });
    expect((await recordsOf(anew)).size).toBe(5);
    await few(anew, 1);
    await until(() => relay.words(origin).filter((word) => word === "commit").length >= 1 && relay.words(origin).at(-1) === "commit", "a commit after the last return");
    await relay.settled();
    expect(relay.words(origin).slice(-5)).toEqual(["identity", "account:active", "identity", "sync", "commit"]);
    expect(relay.failures).toEqual([]);
    relay.close();
  });
});
