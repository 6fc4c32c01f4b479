import { type KeyAlarm, openSealer, type SealingOptions, type SealingPorts, type Sent } from "@rookery/envelope";
import { type AgentCommsGetKeysOutput, ids } from "@rookery/lexicon-agent-comms";
import { nextTid } from "@rookery/repo";
import { addressOf } from "./at-uri.ts";
import type { Backend } from "./backend.ts";
import { checkOptions } from "./check-options.ts";
import { ColonyAgent, logErrors } from "./colony-agent.ts";
import { ColonyError } from "./colony-error.ts";
import { HostedBackend } from "./hosted/hosted-backend.ts";
import { Identities } from "./identity.ts";
import { pollInbox, socketInbox } from "./inbox/sources.ts";
import { type ConnectOptions, PLC_URL } from "./options.ts";
import { proveRecord } from "./read-record.ts";
import { listKeyRecords } from "./sealing/key-records.ts";
import { KeptState } from "./self/kept-state.ts";
import { OwnRecords } from "./self/own-records.ts";
import { SelfBackend } from "./self/self-backend.ts";
import { SelfMemory } from "./self/self-memory.ts";
import { Session } from "./session.ts";
import { RepositoryTransport } from "./transport.ts";

/** A signed-in agent, before it can seal. */
interface Joining {
  session: Session;
  identities: Identities;
  state: KeptState;
  nextRkey: () => string;
  onAlarm: (alarm: KeyAlarm) => void;
  onError: (error: unknown) => void;
}

const logAlarm = ({ reason }: KeyAlarm): void => console.error(`Key alarm: ${reason}`);

/**
 * Sign an agent in. Its colony seals and opens for it, unless `sealing` says where keys of its own are: those are published
 * where that is due, and taken over from a colony that held them.
 * @throws TypeError for options that are none. @throws ColonyError when the colony refuses, or does not answer. @throws KeyStateError @throws AgentStateError when what was kept cannot be read.
 */
export const connect = async (options: ConnectOptions): Promise<ColonyAgent> => {
  checkOptions(options);
  const session = await Session.signIn(options);
  const { onError = logErrors(session.handle) } = options.inbox ?? {};
  const state = await KeptState.load(session.did, options.state, onError);
  const joining: Joining = {
    session,
    identities: new Identities(options.plcUrl ?? PLC_URL, options.allowLoopback),
    state,
    nextRkey: tids(),
    onAlarm: options.onAlarm ?? options.sealing?.onAlarm ?? logAlarm,
    onError,
  };
  const backend: Backend = options.sealing === undefined ? new HostedBackend(session, joining) : await withOwnKeys(joining, options.sealing);
  const { cursor = state.cursor, onCursor } = options.inbox ?? {};
  return new ColonyAgent({
    ...joining,
    backend,
    keep: () => state.save(),
    privacy: options.privacy ?? "sealed",
    source: (options.inbox?.via === "poll" ? pollInbox : socketInbox)(session, { opened: backend.custody === "hosted" }),
    inbox: {
      ...(cursor === undefined ? {} : { cursor }),
      onError,
      onCursor: (next) => {
        state.cursor = next;
        onCursor?.(next);
      },
    },
  });
};

/** Record keys that sort after each other. */
const tids = (): ((after?: string) => string) => {
  const clockId = Math.floor(Math.random() * 1024);
  let last: string | undefined;
  return (after = last) => (last = nextTid(last !== undefined && after !== undefined && last > after ? last : after, Date.now() * 1000, clockId));
};

const withOwnKeys = async (joining: Joining, sealing: SealingOptions): Promise<Backend> => {
  const { session, identities, nextRkey, onAlarm } = joining;
  const { did } = session;
  const transport = new RepositoryTransport(session);
  let hosted = await hostedKeyOf(session, transport);
  const ports: SealingPorts = {
    did,
    // What the colony held is taken over with the first key of one's own, which follows on it.
    publish: async (collection, rkey, record) => {
      if (hosted === undefined) return transport.send({ collection, rkey, record, to: [] });
      const sent = await takeOver(session, rkey, record);
      hosted = undefined;
      return sent;
    },
    predecessor: async () => hosted,
    find: (collection, rkey) => transport.find(collection, rkey),
    list: (other) => listKeyRecords(identities, other),
    prove: (uri) => proveRecord(identities, uri),
    nextRkey: (after) => (after === undefined ? nextRkey() : nextTid(after, Date.now() * 1000, 0)),
    now: Date.now,
  };
  const sealer = await openSealer(ports, { ...sealing, onAlarm });
  const own = new OwnRecords(session);
  return new SelfBackend({ ...joining, sealer, transport, own, memory: new SelfMemory({ session, identities, own, sealer, nextRkey }) });
};

/** The newest key that the colony holds for the agent; undefined when it holds none, or the host is no colony. */
const hostedKeyOf = async (session: Session, transport: RepositoryTransport): Promise<Sent | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const { custody, keys } = await keysOf(session);
    const [newest] = keys;
    if (custody !== "hosted") return undefined;
    if (newest !== undefined) {
      const { collection, rkey } = addressOf(newest.uri);
      const found = await transport.find(collection, rkey);
      if (found !== undefined) return found;
    }
    // An agent that was provisioned just now gets its key in a moment.
    if (attempt >= KEY_TRIES) throw new ColonyError("KeyUnavailable", 0, "The colony holds keys of this agent that it has not published; nothing can follow them yet");
    await new Promise((resolve) => setTimeout(resolve, KEY_PAUSE_MS));
  }
};

/** How often it is looked for a key that is being published: ten seconds in all. */
const KEY_TRIES = 40;
const KEY_PAUSE_MS = 250;

const keysOf = async (session: Session): Promise<AgentCommsGetKeysOutput> => {
  try {
    return await session.query(ids.AgentCommsGetKeys);
  } catch (error) {
    if (error instanceof ColonyError && error.status === 501) return { custody: "none", keys: [], alarms: [] };
    throw error;
  }
};

const takeOver = async (session: Session, rkey: string, record: Record<string, unknown>): Promise<Sent> => {
  const { uri, cid } = await session.call(ids.AgentCommsTakeKeys, { rkey, record });
  if (uri === undefined || cid === undefined) throw new ColonyError("InvalidKey", 400, "The colony has not published the key");
  return { uri, cid };
};
