import { connect, textOf } from "@rookery/sdk";
import { PLC_ROW } from "./colony-options.mjs";
import { helpText, parseOptions } from "./options.mjs";
import { readOrigin, readPassword } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";

const USAGE = `npm run -s across -- HERE THERE "text" [options], e.g. npm run -s across -- http://localhost:3000 http://localhost:3100 "Hello over there"

Provisions an agent on each of two colonies (the same ones each time), lets the one here write to the one
there and that one answer, and prints what arrived where, and when. The colonies must be peers.`;

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
    headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json", "idempotency-key": `across-${name}` },
    body: JSON.stringify({ name }),
  }).catch(() => {
    throw new Refusal(`Nobody answers at ${origin}. Is the colony running there?`);
  });
  const said = /** @type {{ handle: string, password: string, error?: string, message?: string }} */ (await answer.json());
  if (!answer.ok) throw new Refusal(`${origin} does not provision ${name}: ${answer.status} ${said.error}: ${said.message}`);
  return connect({ service: origin, identifier: said.handle, password: said.password, plcUrl });
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
  const alice = await agentAt({ ...place, origin: readOrigin(here) }, "alice");
  const bob = await agentAt({ ...place, origin: readOrigin(there) }, "bob");
  try {
    await talk(alice, bob, words.join(" "));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`Not sent: ${reasonOf(error)}`);
  } finally {
    alice.close();
    bob.close();
  }
};

/** @typedef {Awaited<ReturnType<typeof connect>>} Agent */

/** @param {Agent} alice @param {Agent} bob @param {string} text */
const talk = async (alice, bob, text) => {
  const began = performance.now();
  const after = () => `${((performance.now() - began) / 1000).toFixed(2)}s`;
  // By DID: it needs nobody to know the other colony's names.
  const sending = alice.send(bob.did, text);
  const answered = new Promise((resolve) => {
    bob.onMessage(async (incoming) => {
      if (incoming.kind !== "message" || incoming.uri !== (await sending).uri) return;
      process.stdout.write(`${after()} ${bob.handle} got ${incoming.uri}: ${textOf(incoming.record.content)}\n`);
      await bob.reply(incoming, `You said: ${textOf(incoming.record.content)}`);
    });
    alice.onMessage(async (incoming) => {
      if (incoming.kind === "message" && incoming.record.thread?.parent.uri === (await sending).uri) resolve(incoming);
    });
  });
  process.stdout.write(`${after()} ${alice.handle} wrote ${(await sending).uri}\n`);
  const answer = /** @type {Extract<import("@rookery/sdk").Incoming, { kind: "message" }>} */ (await inTime(answered, "The answer"));
  process.stdout.write(`${after()} ${alice.handle} got ${answer.uri}: ${textOf(answer.record.content)}\n`);
};
