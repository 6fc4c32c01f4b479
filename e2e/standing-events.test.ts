import { AtpAgent } from "@atproto/api";
import type { StreamMessage } from "@rookery/sync";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "./official/official.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";

let official: Official;

beforeAll(async () => {
  official = await startOfficial({ plcUrl: inject("plcUrl") });
}, OFFICIAL_TIMEOUT);

afterAll(() => official.stop());

/** An event without what differs from account to account: its fields, and what they say of the account's standing. */
const shape = ({ t, body }: StreamMessage) => ({
  t,
  fields: Object.keys(body).toSorted(),
  ...("active" in body ? { active: body.active, status: body.status } : {}),
  ...("handle" in body ? { handle: body.handle } : {}),
});

/** One account goes through everything that can become of it. @returns what the firehose said of it. */
const play = async (origin: string, secret: string, suffix: string) => {
  const asAdmin = { headers: { authorization: `Basic ${btoa(`admin:${secret}`)}` }, encoding: "application/json" } as const;
  const agent = new AtpAgent({ service: origin });
  const password = "an account of standing";
  const { data } = await agent.createAccount({ handle: `ev-${suffix}.test`, email: `ev-${suffix}@example.com`, password });
  const { did } = data;
  const subject = { $type: "com.atproto.admin.defs#repoRef" as const, did };
  const { server, identity, admin, repo } = agent.com.atproto;
  await repo.createRecord({ repo: did, collection: "org.example.note", record: { text: "here" } });
  await server.deactivateAccount({});
  await server.deactivateAccount({ deleteAfter: "2036-11-21T09:00:00.000Z" });
  await server.activateAccount();
  await server.activateAccount();
  await identity.updateHandle({ handle: `ev-${suffix}-b.test` });
  await identity.updateHandle({ handle: `ev-${suffix}-b.test` });
  await server.deactivateAccount({});
  await identity.updateHandle({ handle: `ev-${suffix}.test` });
  await admin.updateSubjectStatus({ subject, takedown: { applied: true, ref: "1" } }, asAdmin);
  await admin.updateSubjectStatus({ subject, takedown: { applied: false } }, asAdmin);
  await admin.updateSubjectStatus({ subject }, asAdmin);
  await admin.updateSubjectStatus({ subject, deactivated: { applied: false } }, asAdmin);
  await admin.updateSubjectStatus({ subject, takedown: { applied: true }, deactivated: { applied: true } }, asAdmin);
  await admin.updateSubjectStatus({ subject, takedown: { applied: false }, deactivated: { applied: false } }, asAdmin);
  await admin.updateAccountHandle({ did, handle: `ev-${suffix}-c.test` }, asAdmin);
  const said = () => stream.frames.flatMap((frame) => (frame.kind === "message" && frame.t !== "#info" && (frame.t === "#commit" ? frame.body.repo : frame.body.did) === did ? [frame] : []));
  const stream = await openStream(0, undefined, origin);
  await until(() => said().some(({ t, body }) => t === "#identity" && "handle" in body && body.handle === `ev-${suffix}-c.test`), "the firehose tells the last of it");
  const before = said().map(shape);
  await admin.deleteAccount({ did }, asAdmin);
  await until(() => said().some(({ body }) => "status" in body && body.status === "deleted"), "the firehose tells of the end");
  const last = said().map(shape).at(-1);
  stream.close();
  // A reader that comes later hears of the end alone.
  const later = await openStream(0, undefined, origin);
  const heard = () => later.frames.flatMap((frame) => (frame.kind === "message" && frame.t !== "#info" && (frame.t === "#commit" ? frame.body.repo : frame.body.did) === did ? [frame] : []));
  await until(() => heard().length > 0, "the firehose tells of the end, from its beginning");
  const after = heard().map(shape);
  later.close();
  return { before, last, after };
};

describe("the firehose", () => {
  test("says of an account's standing what the official PDS says, in its order", { timeout: 120_000 }, async () => {
    const theirs = await play(official.origin, official.adminPassword, "std");
    const ours = await play(inject("origin"), inject("adminKey"), "std");
    expect(theirs.before.length).toBeGreaterThan(20);
    expect(ours).toEqual(theirs);
  });
});
