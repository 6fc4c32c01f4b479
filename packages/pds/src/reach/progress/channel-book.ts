import { type KeyRing, type ProgressChannel, channelOfRecord, fromBase64Url, toBase64Url } from "@rookery/envelope";
import type { Vault } from "../../vault/vault.ts";
import { freeOldest } from "./oldest.ts";
import type { Subject } from "./subject.ts";

const KIND = "progress-channel";

interface Kept {
  id: string;
  /** at-uri of the task's request. */
  request: string;
  /** base64url; absent when the request was public. */
  key?: string;
  at: number;
}

/** Channels of the tasks that the agent works on or waits for. Kept, as the keys that open a request are deleted before a long task ends. */
export class ChannelBook {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** @throws OpenError when it cannot be had from the record, nor was before. */
  async of({ placed, worker }: Subject, ring: KeyRing): Promise<ProgressChannel> {
    const name = `at://${placed.repo}/${placed.collection}/${placed.rkey}`;
    const kept = this.#vault.getJson<Kept>(KIND, name);
    if (kept !== undefined) return { id: kept.id, request: kept.request, ...(kept.key === undefined ? {} : { key: fromBase64Url(kept.key) }) };
    const channel = await channelOfRecord(placed, worker, ring);
    freeOldest(this.#vault, KIND);
    this.#vault.putJson(KIND, name, { id: channel.id, request: channel.request, at: Date.now(), ...(channel.key === undefined ? {} : { key: toBase64Url(channel.key) }) } satisfies Kept);
    return channel;
  }
}
