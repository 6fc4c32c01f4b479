import type { AccountStatus, Outcome } from "@rookery/sync";
import type { AgentApi } from "../agent-api.ts";
import type { Mailer } from "../mail.ts";
import type { HostIdentity } from "./host-identity.ts";
import type { Tokens } from "./tokens.ts";

/** What the XRPC surface needs of the host around it. Filled by the composition root in `network`. */
export interface Host {
  /** DID of the host itself, e.g. `did:web:localhost%3A3000`. */
  did: string;
  origin: string;
  /** Domains handles are given under, each with its leading dot. */
  handleDomains: string[];
  /** Whether accounts are made without an invite code. */
  openRegistration: boolean;
  notices: ServerNotices;
  /** Largest blob accepted, in bytes. */
  blobLimit: number;
  tokens: Tokens;
  /** Mail to the owners of accounts. */
  mailer: Mailer;
  blobs: R2Bucket;
  /** An account of this host by DID or handle, whatever its state; undefined when there is none. */
  find(actor: string): Promise<KnownAgent | undefined>;
  /** Something of the account has changed: what is remembered of it is to be asked anew. */
  forget(did: string): Promise<void>;
  /** DID of a handle that another host gave out; undefined when nobody has it, or that cannot be told now. */
  foreignHandle(handle: string): Promise<string | undefined>;
  /** An account by what a person signs in with: handle, DID or e-mail address. */
  findLogin(identifier: string): Promise<KnownAgent | undefined>;
  /** The account's Durable Object. Only for DIDs that `find` knows. */
  agent(did: string): AgentApi;
  /** The DID document as the network sees it, or undefined when it cannot be had now. */
  didDocument(did: string): Promise<unknown>;
  identity: HostIdentity;
  listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>>;
  createAccount(input: NewAccount): Promise<Outcome<CreatedAccount>>;
  /** Take in an account whose DID exists and whose holder asks for it (service auth, verified at the door): deactivated, and nobody is told. */
  adoptAccount(input: AdoptedAccount): Promise<Outcome<CreatedAccount>>;
}

/** What a host says of whoever runs it. */
export interface ServerNotices {
  /** URLs. */
  privacyPolicy: string | undefined;
  termsOfService: string | undefined;
  /** Where people write to. */
  email: string | undefined;
}

/** An account that lives here, as the registry knows it. */
export interface KnownAgent {
  did: string;
  handle: string;
  /** Absent when it takes part. A copy: what the account's object says is what counts. */
  status?: AccountStatus;
}

/** One page of com.atproto.sync.listRepos. */
export interface RepoPage {
  repos: { did: string; head: string; rev: string; active: boolean; status?: string }[];
  cursor?: string;
}

/** Whether reserved names may be taken: all of them, or such words only as the official PDS keeps back beyond ours. */
export type AllowReserved = boolean | "words";

/** Who is to have an account here. */
export interface NewAccount {
  /** Full handle, e.g. `alice.test`. */
  handle: string;
  /** Chosen by the caller; generated and returned once when absent. */
  password?: string;
  /** As it was written; kept in small letters. */
  email?: string;
  /** did:key put in front of the colony's rotation key. */
  recoveryKey?: string;
  model?: string;
  idempotencyKey?: string;
  /** Who is to hold its encryption keys; when absent, whoever uses them first. */
  keys?: "hosted" | "self";
  /** The admin may take reserved names. */
  allowReserved?: AllowReserved;
  /** Used up by this account. */
  inviteCode?: string;
}

/** Who brings a DID along. */
export interface AdoptedAccount {
  did: string;
  /** Full handle: of this host's domains, or one elsewhere that leads to the DID. */
  handle: string;
  password: string;
  email?: string;
  /** The admin may take reserved names. */
  allowReserved?: AllowReserved;
  /** Used up by this account. */
  inviteCode?: string;
}

/** Who has an account now. */
export interface CreatedAccount {
  did: string;
  handle: string;
  /** The credential, in clear, this once. */
  password: string;
}
