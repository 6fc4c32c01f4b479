import { type Handler, isFault } from "@rookery/pds";
import { ids } from "@rookery/lexicon-agent-comms";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { postTo, relayAnswer } from "./ask-service.ts";
import { targetOf } from "./target.ts";

/** com.atproto.moderation.createReport: to the labeler that the caller names, or to the colony's own. Also of an account that was taken down: it may appeal. */
export const createReport: Handler = async (call) => {
  const env = envOf(call.host);
  const lxm = ids.ComAtprotoModerationCreateReport;
  const target = await targetOf(call.request, lxm, configOf(env), didsOf(env));
  if (isFault(target)) return target;
  const upstream = await postTo(call, target, { lxm }, call.input);
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};
