import { type Call, type Handler, type Preference, answer, empty, invalid, isAtprotoDid, isFault, json } from "@rookery/pds";
import { ids } from "@rookery/lexicon-agent-comms";
import type { XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { forwardTo, postTo, relayAnswer } from "./ask-service.ts";
import { targetOf } from "./target.ts";

const NAMESPACE = "app.bsky";

/** Whether the caller means another AppView than this colony's: its preferences are there, not here. */
const isElsewhere = ({ request, host }: Call): boolean => {
  const header = request.headers.get("atproto-proxy");
  return Boolean(header) && header !== `${configOf(envOf(host)).appView?.did}#bsky_appview`;
};

/** app.bsky.actor.getPreferences: the caller's, or those of `did` for the moderation service (a parameter of the reference's that no lexicon has). */
export const getPreferences: Handler = async (call) => {
  const { caller, host, url } = call;
  const lxm = ids.AppBskyActorGetPreferences;
  if (caller.kind === "service") {
    const did = url.searchParams.get("did") ?? "";
    if (!isAtprotoDid(did)) return invalid("Invalid or missing did parameter");
    if (isElsewhere(call)) return invalid("Moderator requests cannot be proxied to other app views");
    return read(call, did, true);
  }
  if (!isElsewhere(call)) return caller.kind === "agent" ? read(call, caller.did, caller.scope === "com.atproto.access") : invalid("Invalid or missing did parameter");
  const env = envOf(host);
  const target = await targetOf(call.request, lxm, configOf(env), didsOf(env));
  if (isFault(target)) return target;
  const upstream = await forwardTo(call, target, { lxm });
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};

const read = async ({ host }: Call, did: string, full: boolean): Promise<Response | XrpcFault> => {
  const account = await host.find(did);
  if (account?.did !== did) return invalid(`Could not find account: ${did}`);
  return answer(await host.agent(did).getPreferences({ namespace: NAMESPACE, full }), (preferences) => json({ preferences }));
};

/** app.bsky.actor.putPreferences: replaces the caller's. */
export const putPreferences: Handler = async (call) => {
  const { caller, host } = call;
  const lxm = ids.AppBskyActorPutPreferences;
  if (isElsewhere(call)) {
    const env = envOf(host);
    const target = await targetOf(call.request, lxm, configOf(env), didsOf(env));
    if (isFault(target)) return target;
    const upstream = await postTo(call, target, { lxm }, call.input);
    return isFault(upstream) ? upstream : relayAnswer(upstream);
  }
  const { preferences } = call.input as { preferences: Preference[] };
  if (caller.kind !== "agent" || (await host.find(caller.did)) === undefined) return invalid("Could not find account");
  const put = await host.agent(caller.did).putPreferences({ namespace: NAMESPACE, full: caller.scope === "com.atproto.access", preferences });
  return answer(put, empty);
};
