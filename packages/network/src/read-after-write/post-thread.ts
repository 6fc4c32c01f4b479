import type { Call } from "@rookery/pds";
import { readAfterWrite, type Rescue, mungedAnswer, unseen, viewerOf } from "./read-after-write.ts";
import { configOf } from "../config.ts";
import { envOf } from "../host/host.ts";
import { queryFrom } from "../proxy/ask-service.ts";
import { mungeThread, ownThread, parentOf } from "./thread.ts";
import { at } from "./view.ts";

const METHOD = "app.bsky.feed.getPostThread";

/** A post that the AppView has not found may be one of the caller's that it has not seen. */
const rescue: Rescue = async (call, { name, headers }) => {
  const rev = headers.get("atproto-repo-rev");
  const { caller } = call;
  if (name !== "NotFound" || !rev || caller.kind !== "agent") return undefined;
  const uri = await ownUri(call, caller.did);
  const local = uri === undefined ? undefined : await unseen(call, rev);
  if (uri === undefined || local === undefined) return undefined;
  try {
    const thread = await ownThread(viewerOf(call, local), local, uri);
    if (thread === undefined) return undefined;
    const parent = parentOf(thread);
    const above = parent === undefined ? undefined : await parentThread(call, parent);
    return mungedAnswer({ thread: above === undefined ? thread : { ...thread, parent: above } }, local, headers);
  } catch {
    // What is quoted cannot be had now: then the AppView's answer is all there is.
    return undefined;
  }
};

/** The asked post's at-uri by DID, if it is the caller's. */
const ownUri = async ({ params, host }: Call, did: string): Promise<string | undefined> => {
  const [repo = "", ...rest] = String(params["uri"]).slice("at://".length).split("/");
  const owner = repo.startsWith("did:") ? repo : (await host.find(repo))?.did;
  return owner === did ? `at://${[did, ...rest].join("/")}` : undefined;
};

/** What is above the post, as the AppView knows it; undefined when it does not. */
const parentThread = async (call: Call, uri: string): Promise<unknown> => {
  const { appView } = configOf(envOf(call.host));
  if (appView === undefined) return undefined;
  const height = call.params["parentHeight"];
  const params = { uri, depth: "0", ...(typeof height === "number" ? { parentHeight: String(height) } : {}) };
  const above = await queryFrom(call, { did: appView.did, serviceId: "bsky_appview", origin: appView.url, trusted: true }, METHOD, params, true);
  return above.ok ? at(above.value, "thread") : undefined;
};

/** app.bsky.feed.getPostThread */
export const getPostThread = readAfterWrite(mungeThread, rescue);
