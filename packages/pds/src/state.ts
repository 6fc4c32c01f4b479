import { Tree } from "@rookery/repo";
import { Blobs } from "./blobs.ts";
import { emailChangeJob } from "./credentials/email-change.ts";
import { DidChanges } from "./identity/did-changes.ts";
import { Importer } from "./import/importer.ts";
import { Inbox } from "./inbox/inbox.ts";
import { HostedKeys } from "./keys/hosted-keys.ts";
import { KeyUpkeep } from "./keys/key-upkeep.ts";
import { openSigner, type Signer } from "./keys/signer.ts";
import { AgentMemory } from "./memory/agent-memory.ts";
import { Outbox } from "./outbox.ts";
import { Pins } from "./pins.ts";
import type { AgentPorts } from "./ports.ts";
import type { Quarantine } from "./reach/quarantine.ts";
import { type Reach, openReach } from "./reach/reach.ts";
import { Progress } from "./reach/progress/progress.ts";
import { openInboxSockets } from "./reach/sockets/open-inbox-sockets.ts";
import type { InboxSockets } from "./reach/sockets/inbox-sockets.ts";
import type { SocketHost } from "./reach/sockets/socket-host.ts";
import { openWebhooks } from "./reach/webhooks/open-webhooks.ts";
import type { Webhooks } from "./reach/webhooks/webhooks.ts";
import { type JobResult, Scheduler } from "./scheduler.ts";
import { migrate } from "./schema.ts";
import { sha256 } from "./sha256.ts";
import { type Account, readAccount } from "./store/account.ts";
import { type Head, readHead } from "./store/head.ts";
import { nodeStore } from "./store/nodes.ts";
import { RegistryCopy } from "./standing/registry-copy.ts";
import { endSuspension } from "./standing/standing.ts";
import { TakenDown } from "./standing/taken-down.ts";
import { Tasks } from "./tasks/tasks.ts";
import { Vault } from "./vault/vault.ts";
import { Writer } from "./write/writer.ts";

/** A provisioned agent that is awake: its storage, and what of it is kept in memory. */
export interface AgentState {
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly ports: AgentPorts;
  readonly scheduler: Scheduler;
  readonly outbox: Outbox;
  readonly pins: Pins;
  /** What the registry is told of the account; it has a job. */
  readonly standing: RegistryCopy;
  /** The end of a suspension, by the clock. */
  readonly suspension: { job(): Promise<JobResult> };
  /** A change of the mail address that was cut off. */
  readonly email: { job(tries: number): Promise<JobResult> };
  /** Records and blobs that nobody is shown. */
  readonly takenDown: TakenDown;
  readonly blobs: Blobs;
  readonly inbox: Inbox;
  /** Who reaches the agent. */
  readonly reach: Reach;
  /** Of `reach`; it has a job. */
  readonly quarantine: Quarantine;
  /** Who reads the inbox as it comes. */
  readonly sockets: InboxSockets;
  /** Where the tasks are that the agent works on, for those who wait. */
  readonly progress: Progress;
  /** Who is told of it. */
  readonly webhooks: Webhooks;
  /** What the agent keeps for itself, encrypted. */
  readonly vault: Vault;
  /** The queue in front of the repository. */
  readonly writer: Writer;
  /** Seals and opens for the agent, if the colony holds its keys. */
  readonly sealing: HostedKeys;
  /** What the agent remembers, if the colony holds its keys. */
  readonly memory: AgentMemory;
  /** What is done about keys by the clock. */
  readonly keys: KeyUpkeep;
  /** Opened mail, tasks, receipts. */
  readonly tasks: Tasks;
  /** Of `tasks`; they have jobs. */
  readonly arrivals: Tasks["arrivals"];
  readonly receipts: Tasks["receipts"];
  /** Brings a repository here from another host. */
  readonly imports: Importer;
  /** Replaced as a whole, and only after the transaction that wrote it. */
  account: Account;
  head: Head;
  readonly tree: Tree;
  /** Changes of the DID document; it has a job, and writes wait for some. */
  readonly didChanges: DidChanges;
  /** Of `didChanges`. */
  readonly identity: DidChanges;
  /** Opened with the first write. Throws KeyUnavailableError, every time. */
  readonly signer: () => Signer;
}

/** Wake a provisioned agent: bring its schema up to date, then read its two rows. The tree is read as it is needed. */
export function openState(storage: DurableObjectStorage, ports: AgentPorts, host: SocketHost = NO_SOCKETS): AgentState {
  const { sql } = storage;
  storage.transactionSync(() => migrate(sql));
  const account = readAccount(sql);
  const head = readHead(sql);
  const scheduler = new Scheduler(storage);
  scheduler.load();
  const vault = new Vault(sql, ports.masterKey, account.did);
  const reach = openReach(storage, scheduler, vault, ports);
  const takenDown = new TakenDown(sql);
  /** Of the key that it was opened from: a rotation brings another. */
  let signer: { of: Uint8Array; sign: Signer } | undefined;
  // These look at the whole state.
  let didChanges: DidChanges | undefined;
  let writer: Writer | undefined;
  let sealing: HostedKeys | undefined;
  let keys: KeyUpkeep | undefined;
  let tasks: Tasks | undefined;
  let memory: AgentMemory | undefined;
  let sockets: InboxSockets | undefined;
  let webhooks: Webhooks | undefined;
  let progress: Progress | undefined;
  let imports: Importer | undefined;
  const state: AgentState = {
    storage,
    sql,
    ports,
    scheduler,
    account,
    head,
    outbox: new Outbox(sql, ports, scheduler, account, head.n),
    pins: new Pins(sql),
    standing: new RegistryCopy(storage, ports, scheduler, () => state),
    suspension: {
      job: async () => {
        const again = endSuspension(state);
        await state.standing.tell();
        return again;
      },
    },
    email: { job: (tries) => emailChangeJob(state, tries) },
    takenDown,
    blobs: new Blobs(sql, scheduler, ports, takenDown),
    inbox: new Inbox({ storage, scheduler, ports, did: account.did, trust: reach.trust }),
    reach,
    quarantine: reach.quarantine,
    vault,
    tree: Tree.open(nodeStore(sql), { cid: head.rootCid, id: head.rootId }, sha256),
    signer: () => {
      const { did, signingKey } = state.account;
      if (signer?.of !== signingKey) signer = { of: signingKey, sign: openSigner(ports.masterKey, did, signingKey) };
      return signer.sign;
    },
    get sockets() {
      return (sockets ??= openInboxSockets(state, host));
    },
    get progress() {
      return (progress ??= new Progress(state, host));
    },
    get webhooks() {
      return (webhooks ??= openWebhooks(state));
    },
    get tasks() {
      return (tasks ??= new Tasks(state));
    },
    get arrivals() {
      return state.tasks.arrivals;
    },
    get receipts() {
      return state.tasks.receipts;
    },
    get didChanges() {
      return (didChanges ??= new DidChanges(state));
    },
    get identity() {
      return state.didChanges;
    },
    get writer() {
      return (writer ??= new Writer(state));
    },
    get sealing() {
      return (sealing ??= new HostedKeys(state));
    },
    get memory() {
      return (memory ??= new AgentMemory(state));
    },
    get imports() {
      return (imports ??= new Importer(state));
    },
    get keys() {
      return (keys ??= new KeyUpkeep(state.sealing, scheduler));
    },
  };
  // First of all: a change that was under way decides whether anything may be signed.
  void state.didChanges;
  state.inbox.watch(() => void state.arrivals.run());
  state.inbox.watch(() => state.sockets.pump());
  state.inbox.watch(() => state.webhooks.arrived());
  return state;
}

/** Of an object that nobody connects to. */
const NO_SOCKETS: SocketHost = {
  acceptWebSocket: () => undefined,
  getWebSockets: () => [],
  setWebSocketAutoResponse: () => undefined,
};
