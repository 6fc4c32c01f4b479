/**
 * Answers of an AppView, with what the caller has just written and the AppView has not seen put in. The AppView says up to which
 * rev it has read (`atproto-repo-rev`); where nothing is newer, or its answer is not in shape, it goes out as it came, and what
 * is wrong here never costs the caller the AppView's answer. @see reference: pds/src/read-after-write
 */
import { type Call, type Handler, fault, isFault, json } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { forwardTo, queryFrom, relayAnswer } from "../proxy/ask-service.ts";
import { answerHeaders } from "../proxy/headers.ts";
import { MAX_MUNGED_BYTES, PROXY_LIMITS } from "../proxy/limits.ts";
import { nsidOf } from "../proxy/pass-on.ts";
import { readWithin } from "../proxy/read-within.ts";
import { targetOf } from "../proxy/target.ts";
import { type ServiceError, errorAnswer, mayBeJson, readError } from "../proxy/upstream-error.ts";
import { negotiateEncoding } from "./accept-encoding.ts";
import type { Munge } from "./feeds.ts";
import { type LocalRecords, lagOf, localRecords } from "./local-records.ts";
import { LocalViewer } from "./local-viewer.ts";
import { type Fields, fieldsOf } from "./view.ts";

/** What a method can do about an error of the AppView's: another answer, or nothing. */
export type Rescue = (call: Call, error: ServiceError) => Promise<Response | undefined>;

/** A handler that asks the AppView and munges what it says. */
export const readAfterWrite = (munge: Munge, rescue?: Rescue): Handler => async (call) => {
  const { request, url, host } = call;
  const env = envOf(host);
  const lxm = nsidOf(url);
  const target = await targetOf(request, lxm, configOf(env), didsOf(env));
  if (isFault(target)) return target;
  const encoding = negotiateEncoding(request.headers.get("accept-encoding"));
  if (!encoding.ok) return encoding.error;
  const upstream = await forwardTo(call, target, { lxm }, encoding.value);
  if (isFault(upstream)) return upstream;
  if (upstream.status >= 400) {
    const error = await readError(upstream, PROXY_LIMITS);
    return (await rescue?.(call, error)) ?? errorAnswer(error);
  }
  const rev = upstream.headers.get("atproto-repo-rev");
  if (!rev || request.method === "HEAD" || !mayBeJson(upstream.headers.get("content-type"))) return relayAnswer(upstream);
  const local = await unseen(call, rev);
  return local === undefined ? relayAnswer(upstream) : munged(call, upstream, local, munge);
};

/** What the AppView has not seen of the caller; undefined when it has seen everything that is shown. */
export const unseen = async ({ caller, host }: Call, rev: string): Promise<LocalRecords | undefined> => {
  if (caller.kind !== "agent") return undefined;
  const recent = await host.agent(caller.did).recentRecords({ rev });
  if (!recent.ok || (recent.value.profile === undefined && recent.value.posts.length === 0)) return undefined;
  return localRecords(recent.value);
};

const munged = async (call: Call, upstream: Response, local: LocalRecords, munge: Munge): Promise<Response | XrpcFault> => {
  const text = await bodyOf(upstream);
  if (text === undefined) return fault(502, "UpstreamFailure", "Upstream service broke off");
  if (typeof text !== "string") return relayAnswer(new Response(text, upstream));
  const headers = answerHeaders(upstream.headers, { hasBody: false });
  try {
    const answer = fieldsOf(JSON.parse(text));
    if (answer !== undefined) return mungedAnswer(await munge(viewerOf(call, local), answer, local), local, headers);
  } catch (error) {
    // Its name only: messages of JSON.parse cite what they stumble over.
    console.warn(JSON.stringify({ event: "read-after-write-failed", method: nsidOf(call.url), error: error instanceof Error ? error.name : typeof error }));
  }
  headers.set("content-type", upstream.headers.get("content-type") ?? "application/json");
  return new Response(text, { status: upstream.status, headers });
};

/** What can be looked into as text, the rest as a stream; undefined for what breaks off. */
const bodyOf = async (upstream: Response): Promise<string | ReadableStream<Uint8Array> | undefined> => {
  try {
    return await readWithin(upstream, MAX_MUNGED_BYTES);
  } catch {
    return undefined;
  }
};

/** An answer with how far the AppView is behind, in milliseconds. */
export const mungedAnswer = (body: Fields, local: LocalRecords, from: Headers): Response => {
  const lag = lagOf(local);
  return json(body, { ...Object.fromEntries(from), ...(lag === undefined ? {} : { "atproto-upstream-lag": String(lag) }) });
};

/** The caller's records as the AppView would show them. */
export const viewerOf = (call: Call, local: LocalRecords): LocalViewer => {
  const { caller, host } = call;
  const did = caller.kind === "agent" ? caller.did : "";
  const { appView, appViewImages } = configOf(envOf(host));
  return new LocalViewer(
    {
      did,
      imageUrl: (size, cid) =>
        appViewImages === undefined
          ? `${host.origin}/xrpc/com.atproto.sync.getBlob?did=${did}&cid=${cid}`
          : [size, did, cid].reduce((url, part) => url.replace("%s", () => part), appViewImages),
      ask: async (nsid, params) => {
        if (appView === undefined) return undefined;
        const answer = await queryFrom(call, { did: appView.did, serviceId: "bsky_appview", origin: appView.url, trusted: true }, nsid, params, true);
        if (!answer.ok) throw new Error(`${nsid}: ${answer.error.name}`);
        return answer.value;
      },
    },
    local,
  );
};
