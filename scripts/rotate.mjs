import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runRotate } = await import("./lib/rotate-command.mjs");

await runCommand(runRotate);
