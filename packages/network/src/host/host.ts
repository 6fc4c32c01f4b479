import { type Host, didDocumentOf } from "@rookery/pds";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { identityOfDesk } from "../identity/identity.ts";
import { Provisioning } from "../provisioning/provisioning.ts";
import { Registry } from "../registry/registry.ts";
import { mailerBy } from "../mail/mailer.ts";
import { transportsOf } from "../mail/transports.ts";
import { ForeignHandles } from "../federation/foreign-handles.ts";
import { didsOf, resolverOf } from "./dids.ts";
import { colonyOf } from "./federation.ts";
import { identityDeskOf } from "./identity.ts";
import { secretsOf } from "./master-key.ts";
import { agentStub, relayStub } from "./stubs.ts";

const provisionings = new WeakMap<Host, Provisioning>();

/** Provisioning of the same host, for the admin's routes. */
export const provisioningOf = (host: Host): Provisioning => {
  const provisioning = provisionings.get(host);
  if (provisioning === undefined) throw new Error("Host was not made by hostOf");
  return provisioning;
};

const bindings = new WeakMap<Host, Env>();

/** The bindings behind a host, for handlers that reach other objects than agents. */
export const envOf = (host: Host): Env => {
  const env = bindings.get(host);
  if (env === undefined) throw new Error("Host was not made by hostOf");
  return env;
};

const build = (env: Env): Host => {
  const config = configOf(env);
  const registry = new Registry(env.DB);
  const resolve = resolverOf(env);
  const foreign = new ForeignHandles(colonyOf(env), didsOf(env), config.handleDomains, config.dohUrl);
  const provisioning = new Provisioning({
    config, secrets: secretsOf(env), registry, blobs: env.BLOBS, agent: (did) => agentStub(env, did), resolveHandle: (handle) => foreign.resolve(handle),
    reserved: identityDeskOf(env).reserved, relay: { ingestMany: (batches) => relayStub(env).ingestMany(batches) },
  });
  const host: Host = {
    did: config.hostDid,
    origin: config.origin,
    handleDomains: config.handleDomains,
    openRegistration: config.openRegistration,
    notices: config.notices,
    blobLimit: config.blobLimit,
    tokens: config.tokens,
    mailer: mailerBy(transportsOf(env), { host: new URL(config.origin).host, from: env.MAIL_FROM }),
    blobs: env.BLOBS,
    find: (actor) => registry.find(actor),
    forget: (did) => registry.forgetAll(did),
    foreignHandle: (handle) => foreign.resolve(handle),
    findLogin: (identifier) => registry.findLogin(identifier),
    agent: (did) => agentStub(env, did),
    didDocument: (did) => didDocumentOf(resolve, did),
    identity: identityOfDesk(identityDeskOf(env)),
    listRepos: (page) => relayStub(env).listRepos(page),
    createAccount: (account) => provisioning.create(account),
    adoptAccount: (account) => provisioning.adopt(account),
  };
  provisionings.set(host, provisioning);
  bindings.set(host, env);
  return host;
};

let built: { env: Env; host: Host } | undefined;

/** The host of this isolate's environment. */
export const hostOf = (env: Env): Host => {
  if (built?.env !== env) built = { env, host: build(env) };
  return built.host;
};
