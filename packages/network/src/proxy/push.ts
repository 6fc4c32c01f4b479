import { type Call, type Handler, empty, fault, invalid, isFault } from "@rookery/pds";
import { ids } from "@rookery/lexicon-agent-comms";
import type { XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { postTo, relayAnswer } from "./ask-service.ts";
import { type Target, documentOf, targetIn } from "./target.ts";

/** Where notifications of a service are asked for: the AppView's own, or the one in its DID document. The reference's errors. */
const notifier = async ({ host }: Call, did: string): Promise<Target | XrpcFault> => {
  const env = envOf(host);
  const { appView, isLoopback } = configOf(env);
  const to = { did, serviceId: "bsky_notif" };
  if (did === appView?.did) return { ...to, origin: appView.url, trusted: true };
  const document = await documentOf(didsOf(env), did);
  if (document === undefined) return invalid(`could not resolve did document: ${did}`);
  return targetIn(document, to, isLoopback) ?? invalid(`invalid notification service details in did document: ${did}`);
};

const push = (lxm: string): Handler => async (call) => {
  const { serviceDid } = call.input as { serviceDid: string };
  const target = await notifier(call, serviceDid);
  if (isFault(target)) return target;
  const upstream = await postTo(call, target, { lxm }, call.input);
  if (isFault(upstream)) return upstream;
  if (upstream.status >= 400) return relayAnswer(upstream);
  await upstream.body?.cancel();
  return upstream.status < 300 ? empty() : fault(502, "UpstreamFailure", "Upstream Failure");
};

/** app.bsky.notification.registerPush: a device that is to be notified, told to the service that notifies. */
export const registerPush = push(ids.AppBskyNotificationRegisterPush);

/** app.bsky.notification.unregisterPush */
export const unregisterPush = push(ids.AppBskyNotificationUnregisterPush);
