import "./lib/node.mjs";

const { allSteps } = await import("./lib/steps.mjs");

/** `npm test`: every step, or those whose name contains one of the words given. */
const words = process.argv.slice(2);
const steps = allSteps().filter((step) => words.length === 0 || words.some((word) => step.name.includes(word)));
if (steps.length === 0) {
  console.error(`No step is called ${words.join(" or ")}. There are: ${allSteps().map((step) => step.name).join(", ")}.`);
  process.exit(1);
}

const results = [];
for (const { name, run } of steps) {
  console.log(`\n=== ${name} ===`);
  const began = performance.now();
  const outcome = await run();
  const { passed, failed, unsteady } = typeof outcome === "boolean" ? { passed: outcome, failed: [], unsteady: [] } : outcome;
  results.push({ name, passed, failed, unsteady, seconds: (performance.now() - began) / 1000 });
}

console.log("\n=== summary ===");
for (const { name, passed, failed, unsteady, seconds } of results) {
  console.log(`${passed ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  for (const { file, test, reason } of failed) console.log(`       failed: ${file}: ${test}: ${reason}`);
  for (const { file, test, reason } of unsteady) console.log(`       failed, and passed when run alone: ${file}: ${test}: ${reason}`);
}
const failed = results.filter((result) => !result.passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
