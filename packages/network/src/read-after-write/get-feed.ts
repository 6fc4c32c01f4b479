import { type Handler, fault, invalid, isAtprotoDid, isFault } from "@rookery/pds";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { forwardTo, queryFrom, relayAnswer } from "../proxy/ask-service.ts";
import { targetOf } from "../proxy/target.ts";
import { negotiateEncoding } from "./accept-encoding.ts";
import { at } from "./view.ts";

/**
 * app.bsky.feed.getFeed: the AppView asks the feed's generator, in the caller's name, so the caller's token is for the generator
 * rather than for the AppView. Which one that is is in the feed's record.
 */
export const getFeed: Handler = async (call) => {
  const { request, params, host } = call;
  const env = envOf(host);
  const config = configOf(env);
  const target = await targetOf(request, "app.bsky.feed.getFeed", config, didsOf(env));
  if (isFault(target)) return target;
  const encoding = negotiateEncoding(request.headers.get("accept-encoding"));
  if (!encoding.ok) return encoding.error;
  const [repo = "", collection = "", rkey = ""] = String(params["feed"]).slice("at://".length).split("/");
  if (collection === "" || rkey === "") return invalid(`not a feed: ${String(params["feed"])}`);
  const { appView } = config;
  const record = await queryFrom(call, appView === undefined ? target : { ...target, origin: appView.url, trusted: true }, "com.atproto.repo.getRecord", { repo, collection, rkey }, false);
  if (!record.ok) return record.error;
  const did = at(record.value, "value", "did");
  if (typeof did !== "string" || !isAtprotoDid(did)) return fault(400, "UnknownFeed", "could not resolve feed did");
  const upstream = await forwardTo(call, target, { aud: did, lxm: "app.bsky.feed.getFeedSkeleton" }, encoding.value);
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};
