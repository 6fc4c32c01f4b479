import { describe, expect, it } from "vitest";
import { ColonyError } from "../colony-error.ts";
import type { OwnRecord } from "./own-records.ts";
import { Sharing, type SharingPorts } from "./sharing.ts";

const [ANN, BEN, CAT] = ["a", "b", "c"].map((letter) => `did:plc:${letter.repeat(24)}`) as [string, string, string];
const CID = "bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const NOTE = `at://${ANN}/agent.memory.note/3kznmn7xqxl22`;

const bytes = (length: number, of = "x") => ({ $bytes: btoa(of.repeat(length)).replaceAll("=", "") });
const grant = (rkey: string, to: string, key: string): OwnRecord => ({
  uri: `at://${ANN}/agent.comms.grant/${rkey}`,
  cid: CID,
  collection: "agent.comms.grant",
  rkey,
  value: {
    $type: "agent.comms.grant", to, subject: { uri: NOTE, cid: CID }, suite: "hpke-xwing-hkdfsha256-aes256gcm", createdAt: "2026-11-21T10:00:00Z",
    key: { keyId: bytes(32, key), encapsulation: bytes(1120), wrappedKey: bytes(48) },
  },
});

/** Ann's repository holds a sealed note and these grants; `remembered` is what her colony knows of all there ever were. */
const setUp = (grants: OwnRecord[], remembered?: string[], value: OwnRecord["value"] = { $type: "agent.memory.note", sealed: { $type: "agent.comms.defs#sealed" } }) => {
  const note: OwnRecord = { uri: NOTE, cid: CID, collection: "agent.memory.note", rkey: "3kznmn7xqxl22", value };
  const written: unknown[] = [];
  const sent: unknown[] = [];
  // Only what is called of them (named boundary).
  const ports = {
    session: {
      did: ANN,
      call: async (method: string, input: unknown) => {
        if (method === "com.atproto.repo.applyWrites") return void written.push(input);
        if (remembered === undefined) throw new ColonyError("MethodNotImplemented", 501, "no colony");
        sent.push(input);
        return { couldRead: remembered };
      },
    },
    sealer: { share: async ({ to, rkey }: { to: string; rkey: string }) => ({ collection: "agent.comms.grant", rkey, to: [to], record: grant(rkey, to, "n").value }) },
    transport: { send: async ({ rkey }: { rkey: string }) => ({ uri: `at://${ANN}/agent.comms.grant/${rkey}`, cid: CID }) },
    own: {
      get: async (_collection: string, rkey: string) => [note, ...grants].find((one) => one.rkey === rkey),
      list: async function* () {
        yield* grants;
      },
    },
    nextRkey: () => "new",
  } as unknown as SharingPorts;
  return { sharing: new Sharing(ports), written, sent };
};

describe("sharing again", () => {
  it("is the same grant, as long as its reader has the same key", async () => {
    expect(await setUp([grant("old", BEN, "n")]).sharing.share(NOTE, BEN)).toMatchObject({ uri: expect.stringContaining("/old") });
    expect(await setUp([grant("old", BEN, "o")]).sharing.share(NOTE, BEN)).toMatchObject({ uri: expect.stringContaining("/new") });
  });
});

describe("what cannot be shared", () => {
  it("is refused by the same names as a colony's", async () => {
    const { sharing } = setUp([]);
    await expect(sharing.share(`at://${BEN}/agent.memory.note/3kznmn7xqxl22`, CAT)).rejects.toMatchObject({ error: "RecordNotFound" });
    await expect(sharing.share(`at://${ANN}/agent.memory.note/3kznmn7xqxl25`, CAT)).rejects.toMatchObject({ error: "RecordNotFound" });
    await expect(setUp([], undefined, { $type: "agent.memory.note", text: "open" }).sharing.share(NOTE, CAT)).rejects.toMatchObject({ error: "NotSealed" });
    const disclosure: OwnRecord = { uri: "", cid: CID, collection: "agent.comms.disclosure", rkey: CID, value: {} };
    await expect(setUp([disclosure]).sharing.share(NOTE, CAT)).rejects.toMatchObject({ error: "NotSealed" });
    const sent = setUp([{ uri: "", cid: CID, collection: "agent.comms.message", rkey: "sent", value: { $type: "agent.comms.message", to: [BEN], content: [{ $type: "agent.comms.defs#sealed" }] } }]);
    await expect(sent.sharing.revoke(`at://${ANN}/agent.comms.message/sent`, { reseal: true })).rejects.toMatchObject({ error: "CannotReseal" });
  });
});

describe("taking back", () => {
  it("tells everybody who could ever read, also those of whom it was taken back before", async () => {
    const { sharing, written, sent } = setUp([grant("one", BEN, "n")], [BEN, CAT]);
    expect(await sharing.revoke(NOTE, {})).toEqual({ couldRead: [BEN, CAT] });
    expect(written).toHaveLength(1);
    expect(sent).toEqual([{ uri: NOTE }]);
  });

  it("asks for one reader, or one grant, as it was asked", async () => {
    const { sharing, sent } = setUp([grant("one", BEN, "n")], [BEN]);
    await sharing.revoke(NOTE, { from: BEN });
    await sharing.revoke(`at://${ANN}/agent.comms.grant/one`, {});
    expect(sent).toEqual([{ uri: NOTE, to: BEN }, { grant: `at://${ANN}/agent.comms.grant/one` }]);
  });

  it("at a host that is no colony, tells who can read now", async () => {
    expect(await setUp([grant("one", BEN, "n")]).sharing.revoke(NOTE, {})).toEqual({ couldRead: [BEN] });
  });
});
