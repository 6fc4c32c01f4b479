import { fileOfPart, SealError } from "@rookery/envelope";
import { type BlobJson, recipientsOf } from "@rookery/lexicon-agent-comms";
import { nextTid } from "@rookery/repo";
import type { Backend } from "./backend.ts";
import type { Privacy, SendOptions } from "./options.ts";
import type { Attachment } from "./sealing/files.ts";
import type { Sent } from "./transport.ts";

/** What may be said of how one record travels. */
export interface Posting extends SendOptions {
  /** at-uris of sealed records of one's own that the recipients may read from now on. */
  grants?: string[];
}

/** CIDs of the sealed files whose keys are in what is to be sent. */
const filesIn = (fields: Record<string, unknown>): string[] => Object.values(fields).flatMap((value) => (Array.isArray(value) ? value.flatMap((part) => fileOfPart(part)?.cid ?? []) : []));

/** Files of this run that are known at most; an older one has to be given in `files`. */
const MAX_ATTACHED = 1_000;

/** Programs without types come this way, too, and what is not understood is not to be taken for public. @throws TypeError */
export const asPrivacy = (privacy: Privacy): Privacy => {
  if (privacy !== "sealed" && privacy !== "public") throw new TypeError(`Nothing is sent so: ${String(privacy)}. Privacy is "sealed" or "public"`);
  return privacy;
};

/** Where what an agent writes leaves: sealed, unless it is said that it is public. */
export class Post {
  readonly #backend: Pick<Backend, "send">;
  readonly #did: string;
  readonly #privacy: Privacy;
  readonly #clockId = Math.floor(Math.random() * 1024);
  #lastTid: string | undefined;
  /** Blobs of the agent's own files, by CID; oldest first. */
  readonly #attached = new Map<string, BlobJson>();

  /** @param privacy where nothing is said of one record. @throws TypeError for what is none. */
  constructor(backend: Pick<Backend, "send">, did: string, privacy: Privacy) {
    this.#backend = backend;
    this.#did = did;
    this.#privacy = asPrivacy(privacy);
  }

  /** A file was uploaded: what names it lists its blob, without which nobody else is given it. */
  attached({ blob }: Attachment): void {
    this.#attached.set(blob.ref.$link, blob);
    const [oldest] = this.#attached.keys();
    if (this.#attached.size > MAX_ATTACHED && oldest !== undefined) this.#attached.delete(oldest);
  }

  /** A record key that sorts after all before it. */
  nextRkey(): string {
    this.#lastTid = nextTid(this.#lastTid, Date.now() * 1000, this.#clockId);
    return this.#lastTid;
  }

  /** Address of a record that is to be written. */
  uriOf(collection: string, rkey: string): string {
    return `at://${this.#did}/${collection}/${rkey}`;
  }

  /** How a record will travel about which this is said. @throws TypeError */
  privacyOf({ privacy = this.#privacy }: SendOptions): Privacy {
    return asPrivacy(privacy);
  }

  /** Write a record, with its type and the time. @throws SealError @throws TypeError @throws ColonyError; nothing was written then. */
  async send(collection: string, fields: Record<string, unknown>, posting: Posting = {}, rkey = this.nextRkey()): Promise<Sent> {
    const privacy = this.privacyOf(posting);
    const { files = [], grants } = posting;
    const named = filesIn(fields);
    if (privacy === "public" && (files.length > 0 || named.length > 0)) throw new SealError("The keys of files are not to be sent in public");
    const record = { ...fields, $type: collection, createdAt: new Date().toISOString() };
    const to = recipientsOf(collection, record) ?? [];
    if (privacy === "sealed" && to === "all") throw new SealError("What is for everybody cannot be sealed; say expressly that it is public");
    const blobs = new Map(files.map(({ blob }) => [blob.ref.$link, blob]));
    for (const cid of named) {
      const blob = this.#attached.get(cid);
      if (blob !== undefined) blobs.set(cid, blob);
    }
    const draft = { collection, rkey, record, to, blobs: [...blobs.values()] };
    return this.#backend.send(draft, { privacy, ...(grants === undefined ? {} : { grants }) });
  }
}
