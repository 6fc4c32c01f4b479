import { ids } from "@rookery/lexicon-agent-comms";
import { own, utf8 } from "../bytes.ts";
import { exportSecret } from "../export-secret.ts";
import type { GivenGrant } from "../granted.ts";
import type { KeyRing } from "../open.ts";
import { isSealedRecord } from "../forms.ts";
import type { PlacedRecord } from "../record.ts";
import { hkdf } from "../hkdf.ts";
import { toBase64Url } from "./base64url.ts";

/** Bytes of a channel's name: nobody guesses it. */
const NAME_BYTES = 24;
const NOTHING = own(new Uint8Array());

/** The way that a task's progress takes: off the repositories, from its worker to its requester. */
export interface ProgressChannel {
  /** What sockets name it by; says nothing about the task. */
  readonly id: string;
  /** at-uri of the request. */
  readonly request: string;
  /** 32 bytes of AES-256-GCM; absent when the request was public, and so is its progress. */
  readonly key?: Uint8Array;
}

/** For what the secret of a request is exported. */
const PROGRESS_LABEL = "agent.comms.progress";

/** What a channel is made of. */
export interface ProgressChannelInput {
  /** at-uri of the request. */
  request: string;
  /** DID of the worker: whoever it is handed to has a channel of its own. */
  worker: string;
  /** Exported from the request for {@link PROGRESS_LABEL}; absent when the request was public. */
  secret?: Uint8Array;
}

/**
 * The channel of a task and a worker. Of a sealed request only its readers can name it, as name and key both come from the
 * request's secret; of a public one everybody can (docs/inbox.md).
 */
export const progressChannel = async ({ request, worker, secret }: ProgressChannelInput): Promise<ProgressChannel> => {
  const context = JSON.stringify([request, worker]);
  const derive = (from: Uint8Array, label: string, length: number) => hkdf(from, NOTHING, utf8(`agent.comms.progress v1 ${label} ${context}`), length);
  if (secret === undefined) return { id: toBase64Url(await derive(utf8("public"), "name", NAME_BYTES)), request };
  const [name, key] = await Promise.all([derive(secret, "name", NAME_BYTES), derive(secret, "key", 32)]);
  return { id: toBase64Url(name), request, key };
};

/**
 * The channel of a task as the author or a reader of its request has it, or of the handoff that gave it to another worker.
 * @throws OpenError when the record is sealed, and not for this ring.
 */
export const channelOfRecord = async (placed: PlacedRecord, worker: string, ring: KeyRing, grant?: GivenGrant): Promise<ProgressChannel> => {
  const { repo, collection, rkey, record } = placed;
  const secret = isSealedRecord(collection, record) ? { secret: await exportSecret(placed, ring, PROGRESS_LABEL, grant) } : {};
  return progressChannel({ request: taskOf(collection, record) ?? `at://${repo}/${collection}/${rkey}`, worker, ...secret });
};

/** at-uri of the request that a handoff is of, which is among its clear fields; undefined of other records. */
const taskOf = (collection: string, { request }: Record<string, unknown>): string | undefined => {
  const uri = typeof request === "object" && request !== null && "uri" in request ? request.uri : undefined;
  return collection === ids.AgentCommsHandoff && typeof uri === "string" ? uri : undefined;
};
