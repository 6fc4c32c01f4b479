import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runPlc } = await import("./lib/plc-command.mjs");

await runCommand(runPlc);
