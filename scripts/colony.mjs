import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runColony } = await import("./lib/colony-command.mjs");

await runCommand(runColony);
