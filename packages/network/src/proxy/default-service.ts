import { ids } from "@rookery/lexicon-agent-comms";
import type { Config } from "../config.ts";
import type { ServiceAddress } from "./service-address.ts";

/** Methods of the moderation service, which go there without being told to (reference: pipethrough.ts, defaultService). */
const MODERATION = new Set(
  [
    ["communication", "createTemplate deleteTemplate listTemplates updateTemplate"],
    ["moderation", "cancelScheduledActions emitEvent getAccountTimeline getEvent getRecord getRepo listScheduledActions queryEvents queryStatuses scheduleAction searchRepos"],
    ["safelink", "addRule queryEvents queryRules removeRule updateRule"],
    ["team", "addMember deleteMember listMembers updateMember"],
    ["verification", "grantVerifications listVerifications revokeVerifications"],
  ].flatMap(([room = "", methods = ""]) => methods.split(" ").map((method) => `tools.ozone.${room}.${method}`)),
);

/** A service by the place it has in its DID document. */
export interface NamedService {
  /** Fragment of the service's id, e.g. `bsky_appview`. */
  serviceId: string;
  /** Where it is; undefined when this colony has none. */
  address: ServiceAddress | undefined;
}

/** Where a method goes when no `atproto-proxy` says so. Ours go nowhere else: nobody else knows them. */
export const defaultService = (nsid: string, config: Pick<Config, "appView" | "modService" | "reportService">): NamedService => {
  if (MODERATION.has(nsid)) return { serviceId: "atproto_labeler", address: config.modService };
  if (nsid === ids.ComAtprotoModerationCreateReport) return { serviceId: "atproto_labeler", address: config.reportService };
  return { serviceId: "bsky_appview", address: nsid.startsWith("agent.") ? undefined : config.appView };
};
