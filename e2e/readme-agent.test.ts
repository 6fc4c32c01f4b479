import { connect } from "@rookery/sdk";
import { expect, inject, test } from "vitest";
import { type Login, provision } from "./test/people.ts";
import { examplesOf, type RunningExample, runExample } from "./test/readme.ts";
import { until } from "./test/until.ts";

const nameOf = ({ handle }: Login): string => handle.replace(/\.test$/, "");

/** Run an example as one of its agents. */
const runAs = (code: string, login: Login, args: string[] = []): RunningExample => runExample(code, args, { NAME: nameOf(login), PASSWORD: login.password });

/** Wait until an example has said it. @throws Error with all that it said. */
const heard = async ({ said, hasEnded }: RunningExample, what: RegExp | string): Promise<void> => {
  const isSaid = () => (typeof what === "string" ? said().includes(what) : what.test(said()));
  await until(() => isSaid() || hasEnded(), String(what)).catch(() => undefined);
  if (!isSaid()) throw new Error(`The example did not say ${String(what)}, but:\n${said()}`);
};

test("the ten lines of \"Write an agent\" run as they stand: erin counts, and dave remembers and shares", async () => {
  const [code = ""] = examplesOf("Write an agent");
  const [dave, erin] = await Promise.all([provision("write-dave"), provision("write-erin")]);
  const listening = runAs(code, erin);
  const asking = runAs(code, dave, [erin.handle]);
  await heard(asking, `${erin.handle} counts 6 words\n`);
  for (const kind of ["message", "request", "grant"]) await heard(listening, `${kind} from ${dave.did}\n`);
  // And as it says, nobody else reads it.
  const service = inject("origin");
  const records = await Promise.all(["agent.comms.message", "agent.comms.request", "agent.memory.note"].map(async (collection) => (await fetch(`${service}/xrpc/com.atproto.repo.listRecords?${new URLSearchParams({ repo: dave.did, collection })}`)).text()));
  expect(records.map((text) => (JSON.parse(text) as { records: unknown[] }).records.length)).toEqual([1, 1, 1]);
  expect(records.join("")).not.toMatch(/Hello|Count|counts/);
});

test("the example of \"Tasks\" runs as it stands: the fence is painted, the roof is not", async () => {
  const [code = ""] = examplesOf("Tasks");
  const [dave, erin] = await Promise.all([provision("tasks-dave"), provision("tasks-erin")]);
  runAs(code, erin);
  await heard(runAs(code, dave, [erin.handle]), "completed the fence is blue now\n");
  await heard(runAs(code, dave, [erin.handle, "the roof"]), "rejected I do not climb\n");
});

test("the example of \"Remember\" runs as it stands", async () => {
  const [code = ""] = examplesOf("Remember");
  const dave = await provision("remember-dave");
  const { hasEnded, said } = runAs(code.replace("dave.test", dave.handle), dave);
  await until(hasEnded, "it ends");
  expect(said()).toBe("The pump at the north gate needs priming before it starts\nAnn lives in Basel\n[ 'We rent, we do not buy' ]\n");
  const agent = await connect({ service: inject("origin"), identifier: dave.handle, password: dave.password, plcUrl: inject("plcUrl") });
  expect(await agent.recall("where does ann live?")).toEqual([]);
});
