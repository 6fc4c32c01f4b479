import { connect } from "@rookery/sdk";
import { loginsPathOf, readLogins } from "./demo-agents.mjs";
import { stateFolder } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";

/** `npm run say -- alice bob "text"`: send a message as one of the demo's agents of a running colony. */
export const runSay = async () => {
  const [from, to, ...words] = process.argv.slice(2);
  if (from === undefined || to === undefined || words.length === 0) throw new Refusal('Usage: npm run say -- FROM TO "text", e.g. npm run say -- alice bob "hello"');
  const path = loginsPathOf(stateFolder(process.env.ROOKERY_DATA));
  const login = readLogins(path).find((one) => one.name === from);
  if (login === undefined) throw new Refusal(`No login of ${from} in ${path}. Is this the state folder of npm start? Set ROOKERY_DATA otherwise.`);
  const service = process.env.ROOKERY_ORIGIN ?? `http://localhost:${process.env.ROOKERY_PORT ?? 3000}`;
  const agent = await connect({ service, identifier: login.did, password: login.password });
  const sent = await agent.send(to.includes(".") || to.startsWith("did:") ? to : `${to}.test`, words.join(" "));
  process.stdout.write(`${sent.uri}\n`);
};
