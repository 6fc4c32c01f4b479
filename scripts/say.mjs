import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runSay } = await import("./lib/say-command.mjs");

await runCommand(runSay);
