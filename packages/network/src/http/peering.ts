import type { AgentNetworkConfirmPeeringInput, AgentNetworkEndPeeringInput, AgentNetworkRequestPeeringInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, json } from "@rookery/pds";
import { confirmPeering, endPeering, requestPeering } from "../federation/respond.ts";
import { colonyOf } from "../host/federation.ts";
import { envOf } from "../host/host.ts";

/** agent.network.requestPeering: another colony begins a handshake. */
export const requestPeeringHandler: Handler = async ({ input, host }) =>
  answer(await requestPeering(colonyOf(envOf(host)), input as AgentNetworkRequestPeeringInput), json);

/** agent.network.confirmPeering: it answers our challenge. */
export const confirmPeeringHandler: Handler = async ({ input, host }) =>
  answer(await confirmPeering(colonyOf(envOf(host)), input as AgentNetworkConfirmPeeringInput), json);

/** agent.network.endPeering: it ends the peering. */
export const endPeeringHandler: Handler = async ({ input, host }) =>
  answer(await endPeering(colonyOf(envOf(host)), input as AgentNetworkEndPeeringInput), () => json({}));
