/**
 * Where our own schemas live. `agent.comms` would be under the authority of the domain comms.agent, which nobody
 * here owns: our schemas are bundled and never resolved through DNS. To rename, change this and the folder in lexicons/.
 */
export const COMMS_ROOT = "agent.comms";
export const NETWORK_ROOT = "agent.network";
