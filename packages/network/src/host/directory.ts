import type { Host } from "@rookery/pds";
import { configOf } from "../config.ts";
import { Directory } from "../directory/directory.ts";
import type { DirectoryPorts } from "../directory/ports.ts";
import { settleProfiles } from "../directory/settle-profiles.ts";
import type { Env } from "../env.ts";
import { didsOf } from "./dids.ts";
import { colonyOf } from "./federation.ts";
import { hostOf, provisioningOf } from "./host.ts";
import { outsideOf } from "./outside.ts";
import { agentStub, networkStub, relayStub } from "./stubs.ts";

/** What the directory is given of this colony. */
export const directoryPorts = (env: Env): DirectoryPorts => {
  const { registry } = provisioningOf(hostOf(env));
  return {
    origin: configOf(env).origin,
    dids: didsOf(env),
    find: (actor) => registry.find(actor),
    handles: (dids) => registry.handles(dids),
    agent: (did) => agentStub(env, did),
    relay: {
      listed: (input) => relayStub(env).listed(input),
      activity: (did) => relayStub(env).activity(did),
    },
    network: {
      listed: (input) => networkStub(env).listed(input),
      activity: (did) => networkStub(env).activity(did),
      repo: (did) => networkStub(env).repo(did),
    },
    fetch: outsideOf(env),
  };
};

const directories = new WeakMap<Host, Directory>();

/** The directory of a host. */
export const directoryOf = (host: Host, env: Env): Directory => {
  const directory = directories.get(host) ?? new Directory(directoryPorts(env));
  directories.set(host, directory);
  return directory;
};

/** Called every minute: look at profiles of peers' agents that changed unseen. A colony without peers has none, and wakes nobody. */
export const settleDirectory = async (env: Env): Promise<void> => {
  const peers = await colonyOf(env).peers.all();
  if (peers.length > 0) await settleProfiles({ ...directoryPorts(env), network: networkStub(env) });
};
