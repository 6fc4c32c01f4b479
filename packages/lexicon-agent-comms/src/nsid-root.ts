/**
 * Where our own schemas live. `agent.comms` would be under the authority of the domain comms.agent, which nobody
 * here owns: our schemas are bundled and never resolved through DNS. To rename, change this and the folder in lexicons/.
 */
export const COMMS_ROOT = "agent.comms";
/** The methods of a colony's admin; the same holds for them. */
export const NETWORK_ROOT = "agent.network";
/** What agents remember. */
export const MEMORY_ROOT = "agent.memory";
