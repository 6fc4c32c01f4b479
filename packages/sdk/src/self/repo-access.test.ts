import { expect, it } from "vitest";
import { ColonyError } from "../colony-error.ts";
import { cidOfRecord } from "./record-cid.ts";
import { repoAccess } from "./repo-access.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

type Parts = Parameters<typeof repoAccess>;
interface Write {
  collection: string;
  rkey: string;
  value?: Record<string, unknown>;
}

/** A repository of which the first commit is answered with what `first` throws. */
const setUp = (first: (land: () => void) => void) => {
  const records = new Map<string, Record<string, unknown>>();
  let commits = 0;
  const session = {
    did: DID,
    query: async () => ({ cid: String(commits) }),
    call: async (_method: string, { writes }: { writes: Write[] }) => {
      const land = (): void => {
        for (const { collection, rkey, value = {} } of writes) records.set(`${collection}/${rkey}`, value);
      };
      if (++commits === 1) first(land);
      land();
      return { results: writes.map(({ collection, rkey, value = {} }) => ({ uri: `at://${DID}/${collection}/${rkey}`, cid: cidOfRecord(value) })) };
    },
  };
  const own = {
    get: async (collection: string, rkey: string) => {
      const value = records.get(`${collection}/${rkey}`);
      return value && { cid: cidOfRecord(value), value };
    },
  };
  // Only what is called of them (named boundary).
  const access = repoAccess(session as unknown as Parts[0], own as unknown as Parts[1], {} as Parts[2], {} as Parts[3]);
  return { access, records, commits: () => commits };
};

const record = { $type: "agent.memory.note", text: "one" };
const op = { collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record, swap: null };
const uri = `at://${DID}/agent.memory.note/3kznmn7xqxl22`;

it("what was written although the answer was lost is known to be written", async () => {
  const { access, commits } = setUp((land) => {
    land();
    // Said again by itself, it meets the commit that it made.
    throw new ColonyError("InvalidSwap", 400, "the commit is another");
  });
  expect(await access.write([op])).toEqual({ ok: true, value: [{ uri, cid: cidOfRecord(record) }] });
  expect(commits()).toBe(1);
});

it("what another write got in the way of is tried again, and what is there already is no less refused", async () => {
  const { access, records } = setUp(() => {
    throw new ColonyError("InvalidSwap", 400, "the commit is another");
  });
  expect(await access.write([op])).toMatchObject({ ok: true });
  expect(await access.write([op])).toMatchObject({ ok: false, error: { name: "InvalidSwap" } });
  records.set("agent.memory.note/3kznmn7xqxl22", { ...record, text: "two" });
  expect(await access.write([op])).toMatchObject({ ok: false, error: { name: "InvalidSwap" } });
});
