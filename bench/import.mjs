import "../scripts/lib/node.mjs";

const { measureImport } = await import("./import/measure.mjs");

await measureImport(process.argv.slice(2));
