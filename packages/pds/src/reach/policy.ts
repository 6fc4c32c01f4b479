import { type Outcome, fail, ok } from "@rookery/sync";
import { DEFAULT_PER_HOST, DEFAULT_PER_SENDER, DEFAULT_QUESTIONS, MAX_POLICY_BYTES } from "./limits.ts";
import type { Limits, Policy, PolicySender } from "./reach-api.ts";

/** What becomes of senders who are not known. */
const UNKNOWN = ["limit", "quarantine", "block"] as const;

/** A policy without gaps. */
export interface EffectivePolicy extends Required<Omit<Policy, "unknown" | "perSender" | "perHost" | "questions">> {
  unknown: (typeof UNKNOWN)[number];
  perSender: Required<Limits>;
  perHost: Required<Limits>;
  questions: Required<Limits>;
}

/** What holds where neither the colony nor the agent says otherwise. */
const DEFAULTS: EffectivePolicy = {
  colonyIsKnown: true,
  unknown: "limit",
  perSender: DEFAULT_PER_SENDER,
  perHost: DEFAULT_PER_HOST,
  questions: DEFAULT_QUESTIONS,
  allow: [],
  block: [],
};

/** The agent's own policy, completed by the colony's. Of the lists both hold; a sender on an own list is on no other. */
export function effectivePolicy(own: Policy, colony: Policy): EffectivePolicy {
  const layers = [DEFAULTS, colony, own];
  const limits = (name: "perSender" | "perHost" | "questions"): Required<Limits> => Object.assign({}, ...layers.map((layer) => layer[name]));
  const named = new Set([...(own.allow ?? []), ...(own.block ?? [])].map(({ did }) => did));
  const both = (name: "allow" | "block"): PolicySender[] => [...(own[name] ?? []), ...(colony[name] ?? []).filter(({ did }) => !named.has(did))];
  return {
    colonyIsKnown: own.colonyIsKnown ?? colony.colonyIsKnown ?? DEFAULTS.colonyIsKnown,
    unknown: UNKNOWN.find((rule) => rule === (own.unknown ?? colony.unknown)) ?? DEFAULTS.unknown,
    perSender: limits("perSender"),
    perHost: limits("perHost"),
    questions: limits("questions"),
    allow: both("allow"),
    block: both("block"),
  };
}

/** What the lexicon cannot say of a policy: a rule that we know, nobody on a list twice or on both, and not too much of it in all. */
export function checkPolicy(policy: Policy): Outcome<null> {
  const { unknown, allow = [], block = [] } = policy;
  if (Buffer.byteLength(JSON.stringify(policy)) > MAX_POLICY_BYTES) return fail(400, "InvalidRequest", `A policy has ${MAX_POLICY_BYTES} bytes at most`);
  if (unknown !== undefined && !UNKNOWN.some((rule) => rule === unknown)) return fail(400, "InvalidRequest", `unknown must be ${UNKNOWN.join(", ")}, is ${unknown}`);
  const seen = new Set<string>();
  for (const { did } of [...allow, ...block]) {
    if (seen.has(did)) return fail(400, "InvalidRequest", `${did} is listed twice`);
    seen.add(did);
  }
  return ok(null);
}
