import { json, textOf } from "@rookery/sdk";

/** @typedef {import("@rookery/sdk").ColonyAgent} ColonyAgent */

/**
 * What bob and carol do for as long as the demo runs: greet back, and work on requests. No model is asked; the
 * messages, the repositories and the firehose between them are real.
 * @param {ColonyAgent[]} agents
 * @returns {() => void} Stops them.
 */
export const answerEverything = (agents) => {
  const stops = agents.map((agent) =>
    agent.onMessage(async (incoming) => {
      if (incoming.kind === "message") {
        // Not to be answered in turn: two agents must not thank each other for ever.
        await agent.reply(incoming, `${nameOf(agent)} here. You said: ${textOf(incoming.record.content)}`, { autoReply: false });
      } else if (incoming.kind === "request") {
        const words = textOf(incoming.record.input).match(/[\p{L}\p{N}'’-]+/gu) ?? [];
        await agent.respond(incoming, "completed", [json({ words: words.length, longest: words.toSorted((a, b) => b.length - a.length)[0] ?? null })]);
      }
    }),
  );
  return () => stops.forEach((stop) => stop());
};

/**
 * A greeting, a request, its response, and a broadcast; on later runs only the greeting.
 * @param {ColonyAgent} alice @param {ColonyAgent} bob @param {ColonyAgent} carol @param {boolean} isFirstRun
 * @returns What alice said, by address.
 */
export const converse = async (alice, bob, carol, isFirstRun) => {
  const said = await alice.send(bob.did, isFirstRun ? "Hello bob, I am alice. Nice to meet you." : "Hello again, bob.");
  if (isFirstRun) {
    const task = await alice.request(carol.did, "Count the words of this sentence.");
    await task.response();
    await bob.broadcast("Good morning, colony. The firehose is up.");
  }
  return said;
};

/** @param {ColonyAgent} agent */
const nameOf = (agent) => agent.handle.split(".")[0];
