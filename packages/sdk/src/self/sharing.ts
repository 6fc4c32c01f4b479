import { blobsOfSealed, discloseRecord, type Draft, type EnvelopeSealer, type GivenGrant, isSealedRecord, OpenError, type OpenedRecord } from "@rookery/envelope";
import { type AgentCommsGrant, type AgentCommsRevokeInput, ids, isImmutable, recipientsOf } from "@rookery/lexicon-agent-comms";
import { addressOf, collectionOf } from "../at-uri.ts";
import type { RevokeOptions } from "../backend.ts";
import { ColonyError } from "../colony-error.ts";
import type { Identities } from "../identity.ts";
import { readRecord, RecordVerificationError, type VerifiedRecord } from "../read-record.ts";
import { grantFor, granteeOf, type Revoked } from "../sealing/sharing.ts";
import type { Session } from "../session.ts";
import type { Sent, Transport } from "../transport.ts";
import type { Opener } from "./opener.ts";
import { ALL_PAGES, type OwnRecord, type OwnRecords } from "./own-records.ts";
import { cidOfRecord } from "./record-cid.ts";

/** What sharing needs of the agent. */
export interface SharingPorts {
  session: Session;
  identities: Identities;
  sealer: EnvelopeSealer;
  opener: Opener;
  transport: Transport;
  own: OwnRecords;
  nextRkey: () => string;
}

/** Grants that arrived and are remembered at most; an older one has to be named. */
const MAX_GRANTS = 10_000;
/** Writes in one commit at most (com.atproto.repo.applyWrites). */
const MAX_WRITES = 200;

/** By the same names as where a colony refuses. */
const refusal = (error: "CannotReseal" | "NotSealed" | "RecordNotFound", why: string): ColonyError => new ColonyError(error, 400, why);

/** Grants of an agent with keys of its own: given, taken back, and used. */
export class Sharing {
  readonly #ports: SharingPorts;
  /** at-uris of grants to this agent, by that of the record; oldest first. */
  readonly #given = new Map<string, string>();

  constructor(ports: SharingPorts) {
    this.#ports = ports;
  }

  /** A grant to this agent arrived: the record that it is for can be opened without naming it. */
  note(grant: string, { subject }: AgentCommsGrant): void {
    this.#given.delete(subject.uri);
    this.#given.set(subject.uri, grant);
    const [oldest] = this.#given.keys();
    if (this.#given.size > MAX_GRANTS && oldest !== undefined) this.#given.delete(oldest);
  }

  /** Open a proven record: as its recipient, by a grant, or because its author disclosed it. @throws OpenError @throws RecordVerificationError */
  async open(record: VerifiedRecord, named?: string): Promise<OpenedRecord> {
    const { uri, value } = record;
    if (named !== undefined) return this.#openWith(record, grantFor(record, await this.#proven(named), this.#ports.session.did));
    try {
      return await this.#openWith(record, await this.#givenFor(record));
    } catch (error) {
      if (!(error instanceof OpenError) || !isSealedRecord(collectionOf(uri), value)) throw error;
      const disclosure = await readRecord(this.#ports.identities, `at://${record.author}/${ids.AgentCommsDisclosure}/${record.cid}`).catch(() => undefined);
      if (disclosure === undefined) throw error;
      return this.#openWith(record, { repo: disclosure.author, rkey: record.cid, record: disclosure.value });
    }
  }

  /** @returns the grant that there is, or a new one. @throws SealError @throws ColonyError `RecordNotFound`, `NotSealed`. */
  async share(uri: string, to: string): Promise<Sent> {
    const { sealer, transport, nextRkey } = this.#ports;
    const subject = await this.#ownSealed(uri);
    const draft = await sealer.share({ uri, record: subject.value, cid: subject.cid, to, rkey: nextRkey() });
    for (const grant of await this.#grantsOf(subject)) if (isFor(grant.value, to, subject.cid) && keyIdOf(grant.value) === keyIdOf(draft.record)) return { uri: grant.uri, cid: grant.cid };
    return transport.send(draft);
  }

  async revoke(uri: string, { from, reseal = false }: RevokeOptions): Promise<Revoked> {
    const isGrant = collectionOf(uri) === ids.AgentCommsGrant;
    const of = isGrant ? await this.#subjectOf(uri) : uri;
    const subject = await this.#ownSealed(of);
    const grants = await this.#grantsOf(subject);
    const isMeant = (grant: OwnRecord): boolean => (isGrant ? grant.uri === uri : from === undefined || grant.value["to"] === from);
    const taken = grants.filter(isMeant);
    const to = recipientsOf(subject.collection, subject.value);
    const couldRead = [...new Set([...(to === null || to === "all" ? [] : to), ...grants.map(({ value }) => String(value["to"]))])].filter((did) => did !== this.#ports.session.did).toSorted();
    const sealed = reseal ? await this.#reseal(subject, taken, grants.filter((grant) => !isMeant(grant))) : await this.#write(taken.map(deletion));
    const before = await this.#remembered(isGrant ? { grant: uri } : { uri, ...(from === undefined ? {} : { to: from }) });
    return { couldRead: [...new Set([...couldRead, ...before])].toSorted(), ...sealed };
  }

  /** Whoever was granted it, ever: what was taken back is known to the colony alone. What there was to be done is done by now: it finds no more. */
  async #remembered(what: AgentCommsRevokeInput): Promise<string[]> {
    try {
      return (await this.#ports.session.call(ids.AgentCommsRevoke, what)).couldRead;
    } catch (error) {
      // No colony, but another kind of host.
      if (error instanceof ColonyError && error.status === 501) return [];
      throw error;
    }
  }

  async makePublic(uri: string): Promise<Sent> {
    const { sealer, opener, transport } = this.#ports;
    const subject = await this.#own(uri);
    const { collection, rkey, cid, value } = subject;
    if (!isSealedRecord(collection, value)) return { uri, cid };
    const placed = { ...addressOf(uri), record: value };
    if (!isImmutable(collection) && (await blobsOfSealed(placed)).length === 0) {
      const { record } = await opener.open({ uri, record: value });
      await this.#write([{ $type: "com.atproto.repo.applyWrites#update", collection, rkey, value: record }, ...(await this.#grantsOf(subject)).map(deletion)]);
      return { uri, cid: cidOfRecord(record) };
    }
    const there = await this.#ports.own.get(ids.AgentCommsDisclosure, cid);
    if (there !== undefined) return { uri: there.uri, cid: there.cid };
    const record = await discloseRecord(placed, sealer.ring, { cid, createdAt: new Date().toISOString() });
    return transport.send({ collection: ids.AgentCommsDisclosure, rkey: cid, to: [], record: { ...record } });
  }

  /** The record under a new data key, new grants for who keeps reading, the old ones gone: one commit, or nothing. */
  async #reseal(subject: OwnRecord, taken: OwnRecord[], kept: OwnRecord[]): Promise<Sent> {
    const { sealer, opener, nextRkey } = this.#ports;
    const { uri, collection, rkey, value } = subject;
    // Whoever it was sent to has it, and receipts, answers and threads name it by its CID.
    if (isImmutable(collection)) throw refusal("CannotReseal", "What was sent is never changed, and its recipients have it: delete it, and send another without them");
    const { record } = await opener.open({ uri, record: value });
    const sealed = await sealer.sealPrivately({ collection, rkey, record, blobs: await blobsOfSealed({ ...addressOf(uri), record: value }) });
    const cid = cidOfRecord(sealed);
    const readers = [...new Set(kept.map((grant) => String(grant.value["to"])))];
    const grants = await Promise.all(readers.map((to) => sealer.share({ uri, record: sealed, cid, to, rkey: nextRkey() })));
    await this.#write([{ $type: "com.atproto.repo.applyWrites#update", collection, rkey, value: sealed }, ...[...taken, ...kept].map(deletion), ...grants.map(creation)]);
    return { uri, cid };
  }

  /** The grant that came for a record, if it is still there and for what the record is now. */
  async #givenFor(record: VerifiedRecord): Promise<GivenGrant | undefined> {
    const uri = this.#given.get(record.uri);
    const grant = uri === undefined ? undefined : await readRecord(this.#ports.identities, uri);
    try {
      return grant && grantFor(record, grant, this.#ports.session.did);
    } catch (error) {
      if (error instanceof OpenError) return undefined;
      throw error;
    }
  }

  async #openWith({ uri, value }: VerifiedRecord, grant: GivenGrant | undefined): Promise<OpenedRecord> {
    return this.#ports.opener.open({ uri, record: value, ...(grant === undefined ? {} : { grant }) });
  }

  /** Grants that are there, also for what the record was before. */
  async #grantsOf({ uri }: OwnRecord): Promise<OwnRecord[]> {
    const grants: OwnRecord[] = [];
    for await (const grant of this.#ports.own.list(ids.AgentCommsGrant, ALL_PAGES)) {
      if (Object(grant.value["subject"]).uri === uri) grants.push(grant);
    }
    return grants;
  }

  async #own(uri: string): Promise<OwnRecord> {
    const { repo, collection, rkey } = addressOf(uri);
    const record = repo === this.#ports.session.did ? await this.#ports.own.get(collection, rkey) : undefined;
    if (record === undefined) throw refusal("RecordNotFound", `There is no record of this agent at ${uri}`);
    return record;
  }

  async #ownSealed(uri: string): Promise<OwnRecord> {
    const record = await this.#own(uri);
    if (!isSealedRecord(record.collection, record.value) || (await this.#ports.own.get(ids.AgentCommsDisclosure, record.cid)) !== undefined) throw refusal("NotSealed", `Everybody can read it: ${uri}`);
    return record;
  }

  async #subjectOf(grant: string): Promise<string> {
    const { uri, cid, value } = await this.#own(grant);
    granteeOf({ uri, cid, value, author: this.#ports.session.did, rev: "" });
    return String(Object(value["subject"]).uri);
  }

  async #proven(uri: string): Promise<VerifiedRecord> {
    const record = await readRecord(this.#ports.identities, uri);
    if (record === undefined) throw new RecordVerificationError(`There is no such record: ${uri}`);
    return record;
  }

  async #write(writes: RepoWrite[]): Promise<void> {
    if (writes.length > MAX_WRITES) throw refusal("CannotReseal", `${writes.length} writes in one commit, at most ${MAX_WRITES}: revoke some readers first`);
    if (writes.length > 0) await this.#ports.session.call(ids.ComAtprotoRepoApplyWrites, { repo: this.#ports.session.did, writes });
  }
}

const isFor = (grant: Record<string, unknown>, to: string, cid: string): boolean => grant["to"] === to && Object(grant["subject"]).cid === cid;

/** Id of the key that a grant is sealed for. */
const keyIdOf = (grant: Record<string, unknown>): unknown => Object(Object(grant["key"]).keyId).$bytes;

type RepoWrite =
  | { $type: "com.atproto.repo.applyWrites#create"; collection: string; rkey: string; value: Record<string, unknown> }
  | { $type: "com.atproto.repo.applyWrites#update"; collection: string; rkey: string; value: Record<string, unknown> }
  | { $type: "com.atproto.repo.applyWrites#delete"; collection: string; rkey: string };

const deletion = ({ collection, rkey }: OwnRecord): RepoWrite => ({ $type: "com.atproto.repo.applyWrites#delete", collection, rkey });

const creation = ({ collection, rkey, record }: Draft): RepoWrite => ({ $type: "com.atproto.repo.applyWrites#create", collection, rkey, value: record });
