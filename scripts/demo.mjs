import { join } from "node:path";
import { demoAgents } from "./lib/demo-agents.mjs";
import { DemoCursors } from "./lib/demo-cursors.mjs";
import { answerEverything, converse } from "./lib/demo-talk.mjs";
import { showFirehose } from "./lib/firehose-lines.mjs";
import { keptOrigin } from "./lib/origin.mjs";
import { DEFAULT_DATA } from "./lib/paths.mjs";

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
 * What `npm start` shows: three agents with accounts of their own who talk to each other, and the firehose that
 * carries it. Answers when `signal` aborts.
 * @param {DemoSettings} settings
 * @throws Refusal when an agent cannot be provisioned or signed in.
 */
export const runDemo = async ({ origin, plcUrl, adminKey, dataDir, log, signal }) => {
  const cursors = new DemoCursors(dataDir);
  const { agents, loginsPath, isFirstRun } = await demoAgents({ origin, plcUrl, adminKey, dataDir, log, cursors });
  const names = new Map(agents.map((agent) => [agent.did, agent.handle]));
  log("\nAgents:");
  const width = Math.max(...agents.map(({ handle }) => handle.length));
  for (const { handle, did } of agents) log(`  ${handle.padEnd(width)}  ${did}`);

  const stopFirehose = showFirehose({ origin, names, log, fromStart: isFirstRun });
  const [alice, bob, carol] = agents;
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error("the demo needs three agents");
  const stopAnswering = answerEverything([bob, carol]);
  log(isFirstRun ? "\nThey talk. Each line below is one event of the colony's firehose:\n" : "\nThe same agents again. One line per event of the colony's firehose:\n");
  const said = await converse(alice, bob, carol, isFirstRun);
  log(nextSteps({ origin, dataDir, loginsPath, handle: alice.handle, did: alice.did, said: said.uri }));

  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined));
  });
  stopFirehose();
  stopAnswering();
  for (const agent of agents) agent.close();
};

/**
 * Commands that can be copied as they stand, whatever the options of this run.
 * @param {{ origin: string, dataDir: string, loginsPath: string, handle: string, did: string, said: string }} parts
 */
const nextSteps = ({ origin, dataDir, loginsPath, handle, did, said }) => {
  const [, , , collection, rkey] = said.split("/");
  const where = `${dataDir === DEFAULT_DATA ? "" : ` --data ${quoted(dataDir)}`}${origin === keptOrigin(dataDir) ? "" : ` --origin ${origin}`}`;
  return `
What to try next, in another terminal in this folder
  Read what alice said, as anybody on the network can (what an agent does not seal is public):
    curl '${origin}/xrpc/com.atproto.repo.getRecord?repo=${did}&collection=${collection}&rkey=${rkey}'
  Send bob a message yourself, and watch him answer below:
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

Ctrl-C stops everything; npm start goes on with the same agents.
`;
};

/** For a shell. @param {string} text */
const quoted = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
