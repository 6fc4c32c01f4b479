import { fromUint8Array as readRepo } from "@atcute/repo";
import { AtpAgent, type AppBskyActorDefs } from "@atproto/api";
import { verifyRepoCar } from "@atproto/repo";
import { atprotoKeyOf, didResolver } from "@rookery/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OFFICIAL_TIMEOUT } from "./official/official.ts";
import { codeTo } from "./test/mail.ts";
import { type Move, type Resident, bringBlobs, bringIdentity, bringPreferences, bringRepo, openAccount, signUp } from "./test/move.ts";
import { type TwoHosts, plcCodeOf, startTwoHosts } from "./test/two-hosts.ts";

const POST = "app.bsky.feed.post";
const FOLLOW = "app.bsky.graph.follow";
const FRIEND = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const BLOBS = 12;
const TIMEOUT = 120_000;

const PREFERENCES: AppBskyActorDefs.Preferences = [
  { $type: "app.bsky.actor.defs#adultContentPref", enabled: false },
  { $type: "app.bsky.actor.defs#savedFeedsPrefV2", items: [{ id: "1", type: "timeline", value: "following", pinned: true }] },
];

let hosts: TwoHosts;
beforeAll(async () => {
  hosts = await startTwoHosts();
}, OFFICIAL_TIMEOUT);
afterAll(() => hosts.stop());

const officialCode = (): string => plcCodeOf(hosts.official);
const colonyCode = (address: string): string => codeTo(hosts.house.folder, address);

/** A person's account: a profile, posts with pictures, somebody followed. What its blobs are. */
const furnish = async ({ agent, did }: Resident): Promise<Map<string, Uint8Array>> => {
  const { repo } = agent.com.atproto;
  const blobs = new Map<string, Uint8Array>();
  for (let i = 0; i < BLOBS; i++) {
    const bytes = new TextEncoder().encode(`image ${i} of ${did} ${"x".repeat(i * 5_000)}`);
    const { data } = await repo.uploadBlob(bytes, { encoding: "image/png" });
    blobs.set(data.blob.ref.toString(), bytes);
    await repo.createRecord({ repo: did, collection: POST, record: { $type: POST, text: `post ${i}`, createdAt: new Date().toISOString(), embed: { $type: "app.bsky.embed.images", images: [{ image: data.blob, alt: "" }] } } });
  }
  await repo.putRecord({ repo: did, collection: "app.bsky.actor.profile", rkey: "self", record: { $type: "app.bsky.actor.profile", displayName: "Mover" } });
  await follow({ agent, did });
  await agent.app.bsky.actor.putPreferences({ preferences: PREFERENCES });
  return blobs;
};

const follow = ({ agent, did }: Pick<Resident, "agent" | "did">) =>
  agent.com.atproto.repo.createRecord({ repo: did, collection: FOLLOW, record: { $type: FOLLOW, subject: FRIEND, createdAt: new Date().toISOString() } });

const carOf = async ({ agent, did }: Resident): Promise<Uint8Array> => (await agent.com.atproto.sync.getRepo({ did })).data;

/** Paths and CIDs, as somebody else's reader finds them. */
const contentOf = (car: Uint8Array): string[] => [...readRepo(car)].map(({ collection, rkey, cid }) => `${collection}/${rkey} ${cid.$link}`).toSorted();

const signIn = async (origin: string, { handle, password }: Resident): Promise<AtpAgent> => {
  const agent = new AtpAgent({ service: origin });
  await agent.login({ identifier: handle, password });
  return agent;
};

/**
 * As people move by hand: the repository twice, since the first time it was not known whether it went well; the old host is told
 * first and the new one last, so for a while the account is nowhere; afterwards they look at both.
 */
const moveByHand = async (move: Move): Promise<void> => {
  const { from, to: origin } = move;
  const blobs = await furnish(from);
  const before = contentOf(await carOf(from));
  const to = await openAccount(move);
  await bringRepo(from, to);
  expect(await bringBlobs(from, to)).toBe(BLOBS);
  await bringRepo(from, to);
  expect(await bringBlobs(from, to)).toBe(0);
  await bringPreferences(from, to);
  await bringIdentity(move, to);
  await from.agent.com.atproto.server.deactivateAccount({});
  await to.agent.com.atproto.server.activateAccount();

  const here = await signIn(origin, to);
  expect((await here.com.atproto.server.getSession()).data).toMatchObject({ did: from.did, handle: move.handle, active: true });
  const there = await signIn(from.agent.serviceUrl.origin, from);
  expect((await there.com.atproto.server.getSession()).data).toMatchObject({ did: from.did, active: false, status: "deactivated" });
  await expect(new AtpAgent({ service: from.agent.serviceUrl }).com.atproto.sync.getRepo({ did: from.did })).rejects.toMatchObject({ status: 400, error: "RepoDeactivated" });

  expect(contentOf(await carOf({ ...to, agent: here }))).toEqual(before);
  for (const [cid, bytes] of blobs) {
    const { data, headers } = await here.com.atproto.sync.getBlob({ did: from.did, cid });
    expect([Buffer.compare(data, bytes), headers["content-type"]]).toEqual([0, "image/png"]);
  }
  expect((await here.app.bsky.actor.getPreferences()).data.preferences).toEqual(PREFERENCES);

  // Applications count on one follow of a person.
  await follow({ agent: here, did: from.did });
  expect((await here.com.atproto.repo.listRecords({ repo: from.did, collection: FOLLOW })).data.records).toHaveLength(1);
  // The official PDS signs nothing of what was brought there before the first write.
  const signingKey = atprotoKeyOf(await didResolver({ plcUrl: hosts.house.plcUrl })(from.did)) ?? "";
  expect((await verifyRepoCar(await carOf({ ...to, agent: here }), from.did, signingKey)).creates).toHaveLength(before.length);
};

describe("a move by hand", { timeout: TIMEOUT }, () => {
  it("to the colony", async () => {
    const from = await signUp(hosts.official.origin, "by-hand-in");
    await moveByHand({ from, to: hosts.house.origin, handle: "by-hand-here.test", email: "by-hand-in@example.com", mailedToken: officialCode });
  });

  it("away from it", async () => {
    const email = "by-hand-out@example.com";
    const from = await signUp(hosts.house.origin, "by-hand-out");
    await moveByHand({ from, to: hosts.official.origin, handle: "by-hand-there.test", email, mailedToken: () => colonyCode(email) });
  });
});
