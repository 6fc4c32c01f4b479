import * as xrpc from "@rookery/pds";
import { rateRules } from "./door/rate.ts";
import type { AnyRoute } from "./door/route.ts";
import { tlsCheck } from "./handles/tls-check.ts";
import { MAX_BLOB_LIMIT } from "./host/blob-limit.ts";
import { createAgent } from "./http/create-agent.ts";
import { createAgents } from "./http/create-agents.ts";
import { destroyAgent, destroyAgentPlain } from "./http/destroy-agent.ts";
import { getAgent } from "./http/get-agent.ts";
import { health } from "./http/health.ts";
import { landing, robots } from "./http/landing.ts";
import { listAgents } from "./http/list-agents.ts";
import { stream } from "./http/stream.ts";
import { getRecord } from "./proxy/get-record.ts";
import { atprotoDid, didDocument } from "./http/well-known.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { adminRoutes } from "./routes/admin.ts";
import { commsRoutes } from "./routes/comms.ts";
import { federationRoutes } from "./routes/federation.ts";
import { identityRoutes } from "./routes/identity.ts";
import { migrationRoutes } from "./routes/migration.ts";
import { reachRoutes } from "./routes/reach.ts";
import { serviceRoutes } from "./routes/services.ts";
import { standingRoutes } from "./routes/standing.ts";
import { global, JSON_LIMIT, procedure, query, secret, WRITE_LIMIT } from "./routes/rows.ts";

/** Everything this colony answers, and to whom. The door walks nothing else; routes.test.ts tries every row with every caller. */
export const routes: AnyRoute[] = [
  query("com.atproto.identity.resolveHandle", { handler: xrpc.resolveHandle }),

  procedure("com.atproto.repo.createRecord", { maxBytes: WRITE_LIMIT, handler: xrpc.createRecord }),
  procedure("com.atproto.repo.putRecord", { maxBytes: WRITE_LIMIT, handler: xrpc.putRecord }),
  procedure("com.atproto.repo.deleteRecord", { handler: xrpc.deleteRecord }),
  procedure("com.atproto.repo.applyWrites", { maxBytes: WRITE_LIMIT * 2, handler: xrpc.applyWrites }),
  procedure("com.atproto.repo.uploadBlob", {
    access: "agent-or-service",
    body: "bytes",
    maxBytes: MAX_BLOB_LIMIT,
    rate: [rateRules.global, rateRules.uploadBlob],
    handler: xrpc.uploadBlob,
  }),
  query("com.atproto.repo.getRecord", { handler: getRecord }),
  query("com.atproto.repo.listRecords", { handler: xrpc.listRecords }),
  query("com.atproto.repo.describeRepo", { handler: xrpc.describeRepo }),

  // Inactive repositories are read by themselves and by the admin only, hence `optional`.
  query("com.atproto.sync.getRepo", { access: "optional", takendown: true, rate: [rateRules.getRepo], handler: xrpc.getRepo }),
  query("com.atproto.sync.getRecord", { access: "optional", handler: xrpc.getRecordProof }),
  query("com.atproto.sync.getBlocks", { access: "optional", handler: xrpc.getBlocks }),
  query("com.atproto.sync.getLatestCommit", { access: "optional", handler: xrpc.getLatestCommit }),
  // Deprecated, and asked for still.
  query("com.atproto.sync.getHead", { access: "optional", handler: xrpc.getHead }),
  query("com.atproto.sync.getCheckout", { access: "optional", handler: xrpc.getRepo }),
  query("com.atproto.sync.getRepoStatus", { handler: xrpc.getRepoStatus }),
  query("com.atproto.sync.listRepos", { handler: xrpc.listRepos }),
  query("com.atproto.sync.listBlobs", { access: "optional", takendown: true, handler: xrpc.listBlobs }),
  query("com.atproto.sync.getBlob", { access: "optional", takendown: true, handler: xrpc.getBlob }),
  {
    method: "GET",
    path: "/xrpc/com.atproto.sync.subscribeRepos",
    access: "public",
    body: "none",
    maxBytes: 0,
    rate: global,
    plain: stream,
  },
  // Jetstream, whose clients expect it at the root of the host name, and its successor.
  { method: "GET", path: "/subscribe", access: "public", body: "none", maxBytes: 0, rate: global, plain: stream },
  { method: "GET", path: "/xrpc/network.bsky.jetstream.subscribeEvents", access: "public", body: "none", maxBytes: 0, rate: global, plain: stream },

  procedure("agent.memory.remember", { ...secret, handler: xrpc.remember }),
  procedure("agent.memory.recall", { ...secret, handler: xrpc.recall }),
  procedure("agent.memory.forget", { ...secret, handler: xrpc.forget }),
  procedure("agent.memory.pin", { ...secret, handler: xrpc.pin }),
  procedure("agent.memory.compact", { ...secret, handler: xrpc.compact }),
  query("agent.memory.getStats", { access: "agent", ...secret, handler: xrpc.getStats }),
  procedure("agent.network.createAgent", { access: "admin", handler: createAgent }),
  procedure("agent.network.createAgents", { access: "admin", handler: createAgents }),
  procedure("agent.network.destroyAgent", { access: "admin", handler: destroyAgent }),
  // Who is listed is for everybody; the admin sees all agents, and an agent itself.
  query("agent.network.listAgents", { access: "optional", handler: listAgents }),
  query("agent.network.getAgent", { access: "optional", handler: getAgent }),

  {
    method: "POST",
    path: "/agents/create",
    nsid: "agent.network.createAgent",
    access: "admin",
    body: "json",
    maxBytes: JSON_LIMIT,
    rate: global,
    handler: createAgent,
  },
  { method: "DELETE", path: "/agents/:name", access: "admin", body: "none", maxBytes: 0, rate: global, handler: destroyAgentPlain },
  { method: "GET", path: "/agents", nsid: "agent.network.listAgents", access: "optional", body: "none", maxBytes: 0, rate: global, handler: listAgents },

  { method: "GET", path: "/", access: "public", body: "none", maxBytes: 0, rate: global, handler: landing },
  { method: "GET", path: "/robots.txt", access: "public", body: "none", maxBytes: 0, rate: global, handler: robots },
  { method: "GET", path: "/xrpc/_health", access: "public", body: "none", maxBytes: 0, rate: [], plain: health },
  { method: "GET", path: "/tls-check", access: "public", body: "none", maxBytes: 0, rate: global, handler: tlsCheck },
  { method: "GET", path: "/.well-known/atproto-did", access: "public", body: "none", maxBytes: 0, rate: global, handler: atprotoDid },
  { method: "GET", path: "/.well-known/did.json", access: "public", body: "none", maxBytes: 0, rate: global, handler: didDocument },

  ...accountRoutes,
  ...standingRoutes,
  ...serviceRoutes,
  ...identityRoutes,
  ...migrationRoutes,
  ...commsRoutes,
  ...reachRoutes,
  ...adminRoutes,
  ...federationRoutes,
];
