import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runAcross } = await import("./lib/across-command.mjs");

await runCommand(runAcross);
