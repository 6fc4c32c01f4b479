import { concurrently, sequentially } from "../lib/load.mjs";
import { median } from "../lib/stats.mjs";
import { provisionMany } from "./colony-of-many.mjs";

const WIDTH = 16;

/** Agents of one agent.network.createAgents. */
const BATCH = 64;

/** The colony's batch; beside it the official createAccount, 16 at once, since it has no other. @returns {Promise<number>} Per second. */
const batchOf = async (bed, count) => {
  if (bed.peer.name !== "colony") return concurrently(count, WIDTH, () => bed.provision());
  const began = performance.now();
  await provisionMany(bed, count);
  return (count * 1000) / (performance.now() - began);
};

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
    const batched = await bed.costed(scale(BATCH), () => batchOf(bed, scale(BATCH)));
    return {
      "agents-rate": batched.result,
      "agents-cpu": batched.cpuPerOp,
      "agent-p50": median(agents.result),
      "agent-cpu": agents.cpuPerOp,
      "agent-rate": agentRate,
      "provision-p50": median(result),
      "provision-cpu": cpuPerOp,
      "provision-rate": rate,
    };
  },
};
