import { appendFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "../official/official.ts";
import { type House, startHouse } from "../test/house.ts";
import { mailsOf } from "../test/mail.ts";
import { secretsOf } from "../test/secrets.ts";
import { type AppView, startAppView } from "./app-view.ts";
import { differences } from "./compare.ts";
import { intended, intention } from "./intended.ts";
import { scenes } from "./scenes/index.ts";
import { Side } from "./side.ts";

const OPEN = ["--open-registration", "--no-rate-limits"];

/** How long a scene of some hundred requests may take on a busy machine, in ms. */
const SCENE_WITHIN = 180_000;

/** DIDs of services behind both; nobody resolves them, for it is said where they are. */
const APP_VIEW = "did:web:appview.example";
const MODERATION = "did:web:moderation.example";

let official: Official;
let colony: House;
let appView: AppView;
const used = new Set<unknown>();

/** With CONFORMANCE_REPORT=FILE every difference is a line of JSON there, intended or not. */
const report = process.env.CONFORMANCE_REPORT;

beforeAll(async () => {
  if (report !== undefined) rmSync(report, { force: true });
  appView = await startAppView();
  const { origin } = appView;
  colony = await startHouse([...OPEN, "--appview", `${origin}#${APP_VIEW}`, "--mod-service", `${origin}#${MODERATION}`, "--report-service", `${origin}#${MODERATION}`]);
  official = await startOfficial({
    plcUrl: colony.plcUrl,
    environment: {
      enableDidDocWithSession: true,
      ...{ bskyAppViewUrl: origin, bskyAppViewDid: APP_VIEW },
      ...{ modServiceUrl: origin, modServiceDid: MODERATION, reportServiceUrl: origin, reportServiceDid: MODERATION },
    },
  });
}, OFFICIAL_TIMEOUT);
afterAll(async () => {
  await official.stop();
  await colony.stop();
  await appView.stop();
});

/** The same requests to the official PDS and to the colony: what a client would read of the answers is the same. */
describe("the colony answers as the official PDS does", () => {
  test.each(scenes)("$name", { timeout: SCENE_WITHIN }, async (scene) => {
    const { name } = scene;
    const theirs = new Side({ origin: official.origin, adminSecret: official.adminPassword, mails: () => official.mails().map(({ to, html }) => ({ to, text: html })) });
    const ours = new Side({ origin: colony.origin, adminSecret: colony.adminKey, mails: () => mailsOf(colony.folder), secrets: secretsOf(colony.folder) });
    await Promise.all([scene.play(theirs), scene.play(ours)]);
    expect(ours.leaks).toEqual([]);
    const unmeant: string[] = [];
    for (const label of new Set([...theirs.answers.keys(), ...ours.answers.keys()])) {
      for (const difference of differences(theirs.answers.get(label), ours.answers.get(label))) {
        const meant = intention(name, label, difference);
        if (meant !== undefined) used.add(meant);
        else unmeant.push(`${label}: ${difference.field}: official ${JSON.stringify(difference.official)}, colony ${JSON.stringify(difference.colony)}`);
        if (report !== undefined) appendFileSync(report, `${JSON.stringify({ scene: name, label, ...difference, reason: meant?.reason })}\n`);
      }
    }
    expect(unmeant).toEqual([]);
  });

  test("every intended difference is one", () => {
    expect(intended.filter((entry) => !used.has(entry)).map(({ where, field }) => `${where} ${field}`)).toEqual([]);
  });
});
