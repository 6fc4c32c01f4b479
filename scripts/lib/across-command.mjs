import { randomBytes } from "node:crypto";
import { connect, memoryKeyStore, textOf } from "@rookery/sdk";
import { PLC_ROW } from "./colony-options.mjs";
import { helpText, parseOptions } from "./options.mjs";
import { readOrigin, readPassword } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";

const USAGE = `npm run -s across -- HERE THERE "text" [options], e.g. npm run -s across -- http://localhost:3000 http://localhost:3100 "Hello over there"

Provisions an agent on each of two colonies, which hold their own encryption keys. The one here writes to the one
there, first for all to read and then sealed, and gets a sealed answer; what arrived where, and when, is printed.
The colonies must be peers.`;

/** @type {import("./options.mjs").OptionRow[]} */
export const ACROSS_ROWS = [
  { flag: "admin-password", env: "ROOKERY_ADMIN_PASSWORD", value: "PW", read: readPassword, help: "the admin's secret of both colonies" },
  PLC_ROW,
];

/** How long a message may take, in ms. */
const WITHIN = 30_000;

/** @typedef {{ origin: string, plcUrl: string, adminKey: string }} Place */

/** An agent of this name on a colony, signed in. @param {Place} place @param {string} name */
const agentAt = async ({ origin, plcUrl, adminKey }, name) => {
  const answer = await fetch(`${origin}/agents/create`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ name, keys: "self" }),
  }).catch(() => {
    throw new Refusal(`Nobody answers at ${origin}. Is the colony running there?`);
  });
  const said = /** @type {{ handle: string, password: string, error?: string, message?: string }} */ (await answer.json());
  if (!answer.ok) throw new Refusal(`${origin} does not provision ${name}: ${answer.status} ${said.error}: ${said.message}`);
  /** What it means for the message is said at the end. @param {unknown} error */
  const onError = (error) => console.error(`${said.handle}: ${reasonOf(error)}`);
  return connect({ service: origin, identifier: said.handle, password: said.password, plcUrl, sealing: { store: memoryKeyStore() }, inbox: { onError } });
};

/** @template T @param {Promise<T>} arrival @param {string} what @returns {Promise<T>} */
const inTime = (arrival, what) => {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Refusal(`${what} did not arrive in ${WITHIN / 1000} s. Are the colonies peers? GET /admin/federation/peers on both tells.`)), WITHIN).unref();
  });
  return Promise.race([arrival, /** @type {Promise<never>} */ (late)]);
};

/** `npm run across`. @throws Refusal when a colony does not answer, or nothing arrives. */
export const runAcross = async () => {
  const options = parseOptions(ACROSS_ROWS, process.argv.slice(2), process.env, { words: true });
  const [here, there, ...words] = /** @type {string[]} */ (options.words ?? []);
  if (options.help || here === undefined || there === undefined || words.length === 0 || options.adminPassword === undefined) {
    if (!options.help) throw new Refusal(`${options.adminPassword === undefined && words.length > 0 ? "--admin-password is missing.\n\n" : ""}${helpText(USAGE, ACROSS_ROWS).trimEnd()}`);
    process.stdout.write(helpText(USAGE, ACROSS_ROWS));
    return;
  }
  const place = { plcUrl: options.plc, adminKey: options.adminPassword };
  // New ones each time: their keys are in this process alone, and gone with it.
  const suffix = randomBytes(3).toString("hex");
  const alice = await agentAt({ ...place, origin: readOrigin(here) }, `alice-${suffix}`);
  const bob = await agentAt({ ...place, origin: readOrigin(there) }, `bob-${suffix}`);
  try {
    await talk(alice, bob, words.join(" "));
  } catch (error) {
    const reason = reasonOf(error);
    throw error instanceof Refusal ? error : new Refusal(`Not sent: ${reason}${reason.includes("cannot be resolved") ? `. Is ${options.plc} the PLC directory of the colonies? If not, give it with --plc.` : ""}`);
  } finally {
    await Promise.all([alice.close(), bob.close()]);
  }
};

/** @typedef {Awaited<ReturnType<typeof connect>>} Agent */

/** @param {Agent} alice @param {Agent} bob @param {string} text */
const talk = async (alice, bob, text) => {
  const began = performance.now();
  const say = (/** @type {string} */ line) => process.stdout.write(`${((performance.now() - began) / 1000).toFixed(2)}s ${line}\n`);
  const answered = new Promise((resolve) => {
    bob.onMessage(async (incoming) => {
      if (incoming.kind !== "message") return;
      say(`${bob.handle} got ${incoming.uri}: ${textOf(incoming.record.content)}`);
      if (incoming.record.conversation === "sealed") await bob.reply(incoming, `You said: ${textOf(incoming.record.content)}`);
    });
    alice.onMessage((incoming) => {
      if (incoming.kind === "message") resolve(incoming);
    });
  });
  // By DID: it needs nobody to know the other colony's names.
  const open = await alice.send(bob.did, text, { privacy: "public" });
  say(`${alice.handle} wrote, for all to read, ${open.uri}`);
  const sealed = await alice.send(bob.did, text, { conversation: "sealed" });
  say(`${alice.handle} wrote, sealed, ${sealed.uri}`);
  const answer = /** @type {Extract<import("@rookery/sdk").Incoming, { kind: "message" }>} */ (await inTime(answered, "The answer"));
  say(`${alice.handle} got, sealed, ${answer.uri}: ${textOf(answer.record.content)}`);
};
