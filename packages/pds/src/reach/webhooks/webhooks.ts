import { randomUUID } from "node:crypto";
import { type Outcome, fail, ok } from "@rookery/sync";
import { faultPoint } from "../../fault.ts";
import type { JobResult, Scheduler } from "../../scheduler.ts";
import type { Vault } from "../../vault/vault.ts";
import { cursorOf } from "../cursor.ts";
import { MAX_WEBHOOKS, SECRET_OVERLAP, WEBHOOK_BUDGET, WEBHOOK_ROWS } from "../limits.ts";
import type { WebhookContents, WebhookInput, WebhookView } from "../reach-api.ts";
import { endpointOf } from "./endpoint.ts";
import { type MessageView, noticeOf } from "./notice.ts";
import { post } from "./post.ts";
import { makeSecret } from "./signature.ts";
import { type Attempt, type Webhook, afterAttempt, webhookView } from "./webhook.ts";

const KIND = "webhook";
const CONTENTS: readonly WebhookContents[] = ["reference", "stored", "opened"];

interface Options {
  vault: Vault;
  scheduler: Scheduler;
  did: string;
  /** Whether the colony itself is on this machine's loopback. */
  isLoopback: boolean;
  /** Messages after an id, oldest first, at most so many. */
  read: (after: number, limit: number, opened: boolean) => { id: number; message: MessageView }[];
  lastId: () => number;
  /** Not while the account is put aside; when that is over the job is asked for again. */
  mayTell: () => boolean;
  /** One took nothing for days and is told no more. */
  disabled: (webhook: WebhookView) => void;
  fault: string | undefined;
  /** How endpoints are reached. */
  outside: typeof fetch;
}

/**
 * Endpoints that are told of every message: in order, each at least once and with an id that stays, tried again by alarm for
 * days. Where they are and what they are signed with is in the vault, and in no log.
 */
export class Webhooks {
  readonly #options: Options;
  #known: Map<string, Webhook> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Add or change one. Errors: `WebhookNotFound`, `TooManyWebhooks`, `HostNotAllowed`, `InvalidRequest` (400). */
  put({ id, url, contents, cursor, rotateSecret = false }: WebhookInput): Outcome<{ webhook: WebhookView; secret?: string }> {
    const all = this.#all();
    const before = id === undefined ? undefined : all.get(id);
    if (id !== undefined && before === undefined) return notFound(id);
    if (before === undefined && all.size >= MAX_WEBHOOKS) return fail(400, "TooManyWebhooks", `An agent has ${MAX_WEBHOOKS} webhooks at most`);
    const endpoint = endpointOf(url, this.#options.isLoopback);
    if (!endpoint.ok) return endpoint;
    const kind = CONTENTS.find((known) => known === (contents ?? before?.contents ?? "stored"));
    if (kind === undefined) return fail(400, "InvalidRequest", `contents must be ${CONTENTS.join(", ")}, is ${String(contents)}`);
    const after = cursor === undefined ? ok(before?.after ?? this.#options.lastId()) : cursorOf(cursor);
    if (!after.ok) return after;
    // It would be told of nothing until then.
    if (after.value > this.#options.lastId()) return fail(400, "InvalidRequest", `cursor ${after.value} was never given out`);
    const now = Date.now();
    const isNewSecret = before === undefined || rotateSecret;
    const previous = before !== undefined && isNewSecret ? { secret: before.secret, until: now + SECRET_OVERLAP } : before?.previous;
    const webhook: Webhook = {
      id: before?.id ?? randomUUID(), url: endpoint.value, contents: kind, secret: isNewSecret ? makeSecret() : before.secret,
      createdAt: before?.createdAt ?? now, after: after.value, isDisabled: false, failures: 0,
      ...(previous === undefined ? {} : { previous }), ...(before?.deliveredAt === undefined ? {} : { deliveredAt: before.deliveredAt }),
    };
    this.#store(webhook);
    this.arrived();
    return ok({ webhook: webhookView(webhook), ...(isNewSecret ? { secret: webhook.secret } : {}) });
  }

  /** Oldest first. */
  list(): WebhookView[] {
    return [...this.#all().values()].toSorted((a, b) => a.createdAt - b.createdAt).map(webhookView);
  }

  /** Errors: `WebhookNotFound` (400). */
  delete(id: string): Outcome<null> {
    if (!this.#all().has(id)) return notFound(id);
    this.#remove(id);
    return ok(null);
  }

  /** There may be new messages. */
  arrived(): void {
    const now = Date.now();
    // Not for those that failed and wait: an endpoint that is down for days must not cost an alarm for each message.
    const due = Math.min(...Array.from(this.#all().values(), ({ isDisabled, nextAt = now }) => (isDisabled ? Infinity : Math.max(now, nextAt))));
    if (due !== Infinity) this.#options.scheduler.ensure("webhooks", due);
  }

  /** The alarm's turn: each webhook by itself, so that a slow one holds up no other. */
  async job(): Promise<JobResult> {
    const deadline = Date.now() + WEBHOOK_BUDGET;
    const due = await Promise.all(Array.from(this.#all().keys(), (id) => this.#tell(id, deadline)));
    const next = Math.min(...due);
    return next === Infinity ? undefined : { again: Math.max(0, next - Date.now()) };
  }

  /** Tell one of what it has not been told, until it fails or time is up. When it is due again; infinite when there is no need. */
  async #tell(id: string, deadline: number): Promise<number> {
    for (;;) {
      const webhook = this.#all().get(id);
      if (webhook === undefined || webhook.isDisabled || !this.#options.mayTell()) return Infinity;
      const now = Date.now();
      if (webhook.nextAt !== undefined && webhook.nextAt > now) return webhook.nextAt;
      const page = this.#options.read(webhook.after, WEBHOOK_ROWS, webhook.contents === "opened");
      if (page.length === 0) return Infinity;
      if (now >= deadline) return now;
      await this.#tellSome(webhook, page, deadline);
    }
  }

  async #tellSome(started: Webhook, page: { id: number; message: MessageView }[], deadline: number): Promise<void> {
    let webhook = started;
    for (const { id, message } of page) {
      if (!this.#options.mayTell()) return;
      const attempt = await post(this.#options.outside, webhook, `${webhook.id}_${id}`, noticeOf(this.#options.did, id, message, webhook.contents));
      faultPoint(this.#options.fault, "webhook.after-post");
      // It may have been changed or removed meanwhile: then this attempt says nothing of it.
      if (this.#all().get(webhook.id) !== webhook) return;
      const next = this.#settle(webhook, id, attempt);
      if (next === undefined || attempt.kind !== "taken" || Date.now() >= deadline) return;
      webhook = next;
    }
  }

  #settle(webhook: Webhook, id: number, attempt: Attempt): Webhook | undefined {
    const next = afterAttempt(webhook, id, attempt, Date.now());
    if (next === undefined) this.#remove(webhook.id);
    else this.#store(next);
    if (next?.isDisabled === true) this.#options.disabled(webhookView(next));
    return next;
  }

  #all(): Map<string, Webhook> {
    return (this.#known ??= new Map(Array.from(this.#options.vault.allJson<Webhook>(KIND), ({ name, value }) => [name, value])));
  }

  #store(webhook: Webhook): void {
    this.#options.vault.putJson(KIND, webhook.id, webhook);
    this.#all().set(webhook.id, webhook);
  }

  #remove(id: string): void {
    this.#options.vault.delete(KIND, id);
    this.#all().delete(id);
  }
}

const notFound = (id: string) => fail(400, "WebhookNotFound", `There is no webhook ${id}`);
