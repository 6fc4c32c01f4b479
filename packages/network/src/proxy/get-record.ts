import * as xrpc from "@rookery/pds";
import { type Handler, isFault } from "@rookery/pds";
import { configOf } from "../config.ts";
import { envOf } from "../host/host.ts";
import { forwardUnsigned, relayAnswer } from "./ask-service.ts";

/** com.atproto.repo.getRecord: of repositories that are not here, or take no part, the AppView is asked where there is one. */
export const getRecord: Handler = async (call) => {
  const { appView } = configOf(envOf(call.host));
  const repo = String(call.params.repo);
  const agent = await call.host.find(repo);
  if (appView === undefined || (agent !== undefined && agent.status === undefined)) return xrpc.getRecord(call);
  const upstream = await forwardUnsigned(call, { did: appView.did, serviceId: "bsky_appview", origin: appView.url, trusted: true });
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};
