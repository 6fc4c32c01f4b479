import { type Call, type Handler, invalid, json } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { provisioningOf } from "../host/host.ts";
import type { PlcEnd } from "../registry/registry.ts";

interface Input {
  did?: string;
  name?: string;
  plc?: string;
  recoveryKey?: string;
}

const isPlcEnd = (text: string): text is PlcEnd => text === "tombstone" || text === "handover";

/** A name alone is one under the colony's own domain. */
const actorOf = ({ host }: Call, name: string): string =>
  name.startsWith("did:") || name.includes(".") ? name : `${name}${host.handleDomains[0]}`;

const end = async ({ host }: Call, actor: string, plc = "tombstone", recoveryKey?: string): Promise<Response | XrpcFault> => {
  if (!isPlcEnd(plc)) return invalid(`plc must be tombstone or handover, is ${plc}`);
  const destroyed = await provisioningOf(host).destroy({ actor, plc, ...(recoveryKey === undefined ? {} : { recoveryKey }) });
  return destroyed.ok ? json(destroyed.value) : destroyed.error;
};

/** agent.network.destroyAgent: account, repository and blobs go; the DID is tombstoned or handed to its owner. */
export const destroyAgent: Handler = async (call) => {
  const { did, name, plc, recoveryKey } = call.input as Input;
  if ((did === undefined) === (name === undefined)) return invalid("Name the agent by exactly one of did and name");
  return end(call, did ?? actorOf(call, name ?? ""), plc, recoveryKey);
};

/** DELETE /agents/:name?plc=tombstone|handover&recoveryKey=did:key:...; the name is a name, a handle or a DID. */
export const destroyAgentPlain: Handler = async (call) => {
  const { name = "", plc, recoveryKey } = call.params as Input;
  return end(call, actorOf(call, name), plc, recoveryKey);
};
