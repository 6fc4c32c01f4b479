import { door } from "./door/door.ts";
import type { Env, WakeMessage } from "./env.ts";
import { upkeep } from "./federation/upkeep.ts";
import { handleDeskOf } from "./host/handles.ts";
import { settleHandles } from "./handles/settle-handles.ts";
import { crawlAtStart } from "./host/crawl-at-start.ts";
import { settleDirectory } from "./host/directory.ts";
import { colonyOf } from "./host/federation.ts";
import { logRequest } from "./http/log-request.ts";
import { masterKeyOf } from "./host/master-key.ts";
import { peersAtStart } from "./host/peers-at-start.ts";
import { hostOf, provisioningOf } from "./host/host.ts";
import { continuePlcKey } from "./host/continue-plc-key.ts";
import { continueRewrap } from "./host/continue-rewrap.ts";
import { consume } from "./queue.ts";
import { UsedTokens } from "./service-auth/used-tokens.ts";

export { Agent } from "./objects/agent.ts";
export { NetworkRelay } from "./objects/network-relay.ts";
export { Peer } from "./objects/peer.ts";
export { Relay } from "./objects/relay.ts";
export { Upstream } from "./objects/upstream.ts";

export default {
  fetch: (request, env, context) => {
    for (const work of [crawlAtStart(env), peersAtStart(env)]) if (work !== undefined) context.waitUntil(work);
    const answer = door(request, env);
    return env.VERBOSE === "true" ? answer.then((response) => (logRequest(request, response.status), response)) : answer;
  },
  queue: (batch, env) => consume(batch, env),
  scheduled: async (_event, env) => {
    // What this colony does by itself it does with its own keys, or not at all; health and door say why.
    if ((await masterKeyOf(env)).state === "wrong") return;
    await Promise.all([provisioningOf(hostOf(env)).sweep(), new UsedTokens(env.DB).sweep(Date.now()), settleHandles(handleDeskOf(env)), upkeep(colonyOf(env)), settleDirectory(env), continueRewrap(env), continuePlcKey(env)]);
  },
} satisfies ExportedHandler<Env, WakeMessage>;
