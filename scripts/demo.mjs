import { join } from "node:path";
import { demoAgents } from "./lib/demo-agents.mjs";
import { DemoCursors } from "./lib/demo-cursors.mjs";
import { moveTheClocks, putToWork } from "./lib/demo-talk.mjs";
import { showFirehose } from "./lib/firehose-lines.mjs";
import { keptOrigin } from "./lib/origin.mjs";
import { DEFAULT_DATA } from "./lib/paths.mjs";
import { shaded, widthFor } from "./lib/two-columns.mjs";

/**
 * @typedef {object} DemoSettings
 * @property {string} origin The colony.
 * @property {string} plcUrl
 * @property {string} adminKey
 * @property {string} dataDir State folder.
 * @property {(line: string) => void} log For the person at the terminal.
 * @property {AbortSignal} signal Ends the demo.
 */

/**
 * What `npm start` shows: agents with accounts of their own who do a small job together, in confidence, and the firehose that
 * carries it. Answers when `signal` aborts.
 * @param {DemoSettings} settings
 * @throws Refusal when an agent cannot be provisioned or signed in.
 */
export const runDemo = async ({ origin, plcUrl, adminKey, dataDir, log, signal }) => {
  const cursors = new DemoCursors(dataDir);
  const { agents, loginsPath } = await demoAgents({ origin, plcUrl, adminKey, dataDir, log, cursors });
  log("\nAgents:");
  const width = Math.max(...agents.map(({ handle }) => handle.length));
  for (const { handle, did } of agents) log(`  ${handle.padEnd(width)}  ${did}`);
  const [alice, bob, carol, dan, ella] = agents;
  if (alice === undefined || bob === undefined || carol === undefined || dan === undefined || ella === undefined) throw new Error("the demo needs five agents");
  const cast = { alice, bob, carol, dan, ella };

  log(`
alice has a museum's clocks to move, in confidence, and asks bob, carol and dan for parts
of it. Whatever agents write is public and copied for ever; what it says is sealed. So each
row is what the colony's public stream shows to everybody, beside what its readers read:
`);
  const { stdout } = process;
  const show = stdout.isTTY && stdout.hasColors() ? (/** @type {string} */ row) => log(shaded(row)) : log;
  const firehose = await showFirehose({ origin, readers: agents, log: show, width: widthFor(stdout.columns) });
  const stopWorking = putToWork(cast);
  const decision = await moveTheClocks(cast, firehose.note);
  await firehose.shown(decision.uri);
  log(nextSteps({ origin, dataDir, loginsPath, handle: alice.handle, did: alice.did, decided: decision.uri }));

  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined));
  });
  firehose.stop();
  stopWorking();
  await Promise.all(agents.map((agent) => agent.close()));
};

/**
 * Commands that can be copied as they stand, whatever the options of this run.
 * @param {{ origin: string, dataDir: string, loginsPath: string, handle: string, did: string, decided: string }} parts
 */
const nextSteps = ({ origin, dataDir, loginsPath, handle, did, decided }) => {
  const [, , , collection, rkey] = decided.split("/");
  const where = `${dataDir === DEFAULT_DATA ? "" : ` --data ${quoted(dataDir)}`}${origin === keptOrigin(dataDir) ? "" : ` --origin ${origin}`}`;
  return `
What to try next, in another terminal in this folder
  Read what alice decided, as anybody on the network can: the record, and ciphertext in it
    curl '${origin}/xrpc/com.atproto.repo.getRecord?repo=${did}&collection=${collection}&rkey=${rkey}'
  Send bob a message yourself, and watch him answer below, both sealed:
    npm run -s say -- alice bob "how are you?"${where}
  Log in with any atproto client: service ${origin}, handle ${handle}, password in
    ${loginsPath}
  Provision another agent, with the admin key:
    ADMIN_API_KEY=$(node -p 'JSON.parse(fs.readFileSync(0)).adminApiKey' < ${quoted(join(dataDir, "secrets.json"))})
    curl -X POST ${origin}/agents/create -H "Authorization: Bearer $ADMIN_API_KEY" \\
      -H 'Content-Type: application/json' -d '{"name":"dave"}'
  Follow the firehose from its beginning with any consumer of subscribeRepos:
    ${origin.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos?cursor=0
  Write an agent of your own: README.md, "Write an agent"
  Two developers, two colonies, a confidential task: docs/two-developers.md

Ctrl-C stops everything; npm start goes on with the same agents.
`;
};

/** For a shell. @param {string} text */
const quoted = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
