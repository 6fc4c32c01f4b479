import { door } from "./door/door.ts";
import type { Env, WakeMessage } from "./env.ts";
import { hostOf, provisioningOf } from "./host/host.ts";
import { consume } from "./queue.ts";

export { Agent } from "./objects/agent.ts";
export { NetworkRelay } from "./objects/network-relay.ts";
export { Peer } from "./objects/peer.ts";
export { Relay } from "./objects/relay.ts";
export { Upstream } from "./objects/upstream.ts";

export default {
  fetch: (request, env) => door(request, env),
  queue: (batch, env) => consume(batch, env),
  scheduled: (_event, env) => provisioningOf(hostOf(env)).sweep(),
} satisfies ExportedHandler<Env, WakeMessage>;
