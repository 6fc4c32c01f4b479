import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runStart } = await import("./lib/start-command.mjs");

await runCommand(runStart);
