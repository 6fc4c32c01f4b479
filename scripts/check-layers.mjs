import { layerFaults } from "./lib/layers.mjs";
import { ROOT } from "./lib/paths.mjs";

const faults = layerFaults(ROOT);
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? "every import follows the arrows" : `${faults.length} imports against the arrows (DESIGN: imports go one way)`);
process.exit(faults.length === 0 ? 0 : 1);
