import "./lib/node.mjs";

const { runCommand } = await import("./lib/refusal.mjs");
const { runPublish } = await import("./lib/publish-command.mjs");

await runCommand(runPublish);
