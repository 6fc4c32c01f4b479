import { Agent, CredentialSession } from "@atproto/api";
import { ColonyAgent } from "./colony-agent.ts";
import { Identities } from "./identity.ts";
import { type ConnectOptions, PLC_URL } from "./options.ts";
import { readRecord } from "./read-record.ts";
import type { Sealer } from "./sealer.ts";
import { listKeyRecords } from "./sealing/key-records.ts";
import { type SealingOptions, type SealingPorts, openSealing } from "./sealing/sealing.ts";
import { RepositoryTransport } from "./transport.ts";

/**
 * Sign an agent in; with `sealing`, publish its key where that is due.
 * @throws XRPCError of @atproto/api when the host refuses. @throws SealError when it is to seal and has nothing to seal with.
 */
export const connect = async (options: ConnectOptions): Promise<ColonyAgent> => {
  const session = new CredentialSession(new URL(options.service));
  await session.login({ identifier: options.identifier, password: options.password });
  if (options.sealing === undefined) return new ColonyAgent(session, options);
  return new ColonyAgent(session, { ...options, sealer: await sealerOf(session, options, options.sealing) });
};

const sealerOf = (session: CredentialSession, { plcUrl = PLC_URL, allowLoopback, transport }: ConnectOptions, sealing: SealingOptions): Promise<Sealer> => {
  const { did } = session;
  if (did === undefined) throw new Error("Not signed in");
  const client = new Agent((path, init) => session.fetchHandler(path, init));
  const repository = new RepositoryTransport(client, did);
  const identities = new Identities(plcUrl, allowLoopback);
  const ports: SealingPorts = {
    did,
    transport: transport ?? repository,
    list: (other) => listKeyRecords(identities, other),
    prove: (uri) => readRecord(identities, uri),
    find: (collection, rkey) => repository.find(collection, rkey),
    now: Date.now,
  };
  return openSealing(ports, sealing);
};
