import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import type { HandleDesk } from "../handles/change-handle.ts";
import { HandleHolds } from "../handles/handle-holds.ts";
import { HandleResolver } from "../handles/handle-resolver.ts";
import { resolverOf } from "./dids.ts";
import { identityDeskOf } from "./identity.ts";
import { outsideOf } from "./outside.ts";
import { agentStub } from "./stubs.ts";

let made: { env: Env; desk: HandleDesk } | undefined;

/** What this isolate changes and resolves handles with. */
export const handleDeskOf = (env: Env): HandleDesk => {
  if (made?.env !== env) made = { env, desk: build(env) };
  return made.desk;
};

const build = (env: Env): HandleDesk => {
  const { handleDomains, dohUrl, fault } = configOf(env);
  const { plc, rotation } = identityDeskOf(env);
  return {
    plc,
    rotation,
    domains: handleDomains,
    holds: new HandleHolds(env.DB),
    resolver: new HandleResolver(outsideOf(env, dohUrl === undefined ? [] : [dohUrl]), dohUrl),
    resolve: resolverOf(env),
    agent: (did) => agentStub(env, did),
    fault,
  };
};
