import { RefusedError, json, text, textOf } from "@rookery/sdk";
import { CLOCKS, CRATE, ROADS, TOWNS, packed, roadsIn, shortestRound, told } from "./demo-job.mjs";

/** @typedef {import("@rookery/sdk").ColonyAgent} ColonyAgent */
/** @typedef {{ alice: ColonyAgent, bob: ColonyAgent, carol: ColonyAgent, dan: ColonyAgent, ella: ColonyAgent }} Cast */

/** How long dan has for his part, and how long he takes, in ms. */
const DEADLINE = 4000;
const TOO_LONG = 60_000;
/** How long alice waits for the part that is handed over, in ms. */
const PATIENCE = 30_000;

/**
 * What everybody does for as long as the demo runs: answer messages, and do what is asked of them, or not. No model is asked;
 * the tasks, the repositories, the sealing and the firehose between them are real.
 * @param {Cast} cast
 * @returns {() => void} Stops them.
 */
export const putToWork = ({ bob, carol, dan, ella }) => {
  /** Roads that ella was given, by who asks. @type {Map<string, Record<string, number>>} */
  const known = new Map();
  const stops = [bob, carol, dan, ella].map((agent) =>
    agent.onMessage(async (incoming) => {
      // Not to be answered in turn: two agents must not thank each other for ever.
      if (incoming.kind === "message") await agent.reply(incoming, `${nameOf(agent)} here. You said: ${textOf(incoming.record.content)}`, { autoReply: false });
    }),
  );
  stops.push(
    bob.onRequest(async (job) => {
      const roads = await bob.remember(`Roads, in km: ${told(ROADS)}`, { tags: ["roads"] });
      const answer = await job.handoff(ella.did, { reason: "My van is in the shop; here are my notes on the roads", records: [roads] });
      if (!answer.accepted) throw new RefusedError("Nobody here can drive");
    }),
    carol.onRequest(() => {
      throw new RefusedError("I pack no clockwork any more, sorry");
    }),
    dan.onRequest((job) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve("1,940"), TOO_LONG);
      job.signal.addEventListener("abort", () => (clearTimeout(timer), reject(job.signal.reason)));
    })),
    ella.onHandoff(async ({ requester, records: [roads] }) => {
      const read = roads && (await ella.read(roads.uri));
      const notes = read?.value["text"];
      if (typeof notes !== "string") return false;
      known.set(requester, roadsIn(notes));
      return true;
    }),
    ella.onRequest((job) => {
      const { towns } = /** @type {{ towns: string[] }} */ (job.json());
      const { way, km } = shortestRound(towns, known.get(job.from) ?? {});
      return [text(`${km} km: ${way.join(", ")}`), json({ km, way })];
    }),
  );
  return () => stops.forEach((stop) => stop());
};

/**
 * alice asks for three parts, gets one of them from somebody else than she asked, and decides.
 * @param {Cast} cast
 * @param {(words: string) => void} note
 */
export const moveTheClocks = async ({ alice, bob, carol, dan }, note) => {
  const [before] = await alice.recall("clocks", { kinds: ["decision"], limit: 1 });
  if (before !== undefined) note(`alice remembers: ${before.text}`);
  const asked = await Promise.all([
    alice.request(bob.did, [text(`Shortest round through ${TOWNS.join(", ")}?`), json({ towns: TOWNS })], { deadline: PATIENCE }),
    alice.request(carol.did, [text(`Crates of ${CRATE} kg for ${CLOCKS.length} clocks of ${CLOCKS.join(", ")} kg?`), json({ clocks: CLOCKS, crate: CRATE })], { deadline: PATIENCE }),
    alice.request(dan.did, "What does it cost to insure 48,500 on the road?", { deadline: DEADLINE }),
  ]);
  const [round, crates, insurance] = await Promise.all(asked.map((task) => task.result()));
  const parts = [
    round?.state === "completed" ? `drive ${round.text()}` : "the way is open",
    crates?.state === "completed" ? crates.text() : `${packed(CLOCKS, CRATE).length} crates, packed by myself (carol: ${crates?.state})`,
    insurance?.state === "completed" ? insurance.text() : `uninsured so far (dan: ${insurance?.state})`,
  ];
  return alice.remember(`The clocks: ${parts.join("; ")}`, { kind: "decision", reason: "what came in by the deadline", tags: ["clocks"] });
};

/** @param {ColonyAgent} agent */
const nameOf = (agent) => agent.handle.split(".")[0];
