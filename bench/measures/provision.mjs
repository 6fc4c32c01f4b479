import { concurrently, sequentially } from "../lib/load.mjs";
import { median } from "../lib/stats.mjs";

const WIDTH = 16;

/** createAccount, and the colony's createAgent beside the official createAccount; PLC directory included in the time but not in the CPU. @type {import("./measures.mjs").Measure} */
export const provisioning = {
  name: "provisioning",
  only: ["colony", "official"],
  prepare: async () => undefined,
  run: async (bed, scale) => {
    const count = scale(10);
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, () => bed.provision()));
    const rate = await concurrently(scale(32), WIDTH, () => bed.provision());
    const agents = await bed.costed(count, () => sequentially(count, () => bed.provisionAgent()));
    const agentRate = await concurrently(scale(32), WIDTH, () => bed.provisionAgent());
    return {
      "agent-p50": median(agents.result),
      "agent-cpu": agents.cpuPerOp,
      "agent-rate": agentRate,
      "provision-p50": median(result),
      "provision-cpu": cpuPerOp,
      "provision-rate": rate,
    };
  },
};
