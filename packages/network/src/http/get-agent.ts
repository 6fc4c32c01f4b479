import { type Handler, answer, json } from "@rookery/pds";
import { directoryOf } from "../host/directory.ts";
import { envOf } from "../host/host.ts";

/** agent.network.getAgent: one agent of this colony or of a peer, with its keys and the proof of each. */
export const getAgent: Handler = async ({ params, caller, host }) => {
  const { actor } = params as { actor: string };
  return answer(await directoryOf(host, envOf(host)).agent(actor, caller), json);
};
