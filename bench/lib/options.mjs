import { parseArgs } from "node:util";
import { MEASURES } from "../measures/measures.mjs";
import { HOSTS, PEER_NAMES } from "../peers/peers.mjs";

export const USAGE = `npm run bench -- [options]

Measures the colony beside the official PDS and a bare skeleton, in interleaved rounds, and prints a table.
With --only relay: the relay alone, beside a log with a send loop and a bare send loop, and what it takes from a peer.

  --quick          two short rounds and no repository of 100,000 records (under 2 minutes)
  --rounds N       how many rounds (default 5, with --quick 2)
  --only TEXT,...  only measures whose name contains one of these: ${MEASURES.map(({ name }) => name).join("; ")}
  --peer NAME,...  only these of ${PEER_NAMES.join(", ")}
  --data DIR       where the servers keep their state meanwhile (default: the system's temporary folder)
  --last           print the table of the last run and measure nothing
  --help           this text`;

/** @param {string[]} args @throws Error for what it does not know. */
export const readOptions = (args) => {
  const text = { type: /** @type {const} */ ("string") };
  const flag = { type: /** @type {const} */ ("boolean"), default: false };
  const { values } = parseArgs({ args, options: { quick: flag, rounds: text, only: text, peer: text, data: text, last: flag, help: flag } });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds}: give a number of 1 or more`);
  const wanted = values.only?.toLowerCase().split(",");
  const measures = MEASURES.filter(({ name, slow, asked = false }) => !(slow && values.quick) && (wanted?.some((one) => name.toLowerCase().includes(one)) ?? !asked));
  const needed = new Set(measures.flatMap(({ only = HOSTS }) => only));
  const peers = values.peer?.split(",") ?? PEER_NAMES.filter((name) => needed.has(name));
  for (const name of peers) if (!PEER_NAMES.includes(name)) throw new Error(`--peer ${name}: known are ${PEER_NAMES.join(", ")}`);
  if (measures.length === 0) throw new Error(`--only ${values.only}: no measure has that in its name`);
  return { ...values, rounds, peers, measures };
};
