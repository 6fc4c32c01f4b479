import "../scripts/lib/node.mjs";

const { profile } = await import("./lib/profile.mjs");

await profile(process.argv.slice(2));
