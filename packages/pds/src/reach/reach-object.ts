import { type Outcome, ok } from "@rookery/sync";
import { syncFault } from "../reading/reader.ts";
import { isTakenDown } from "../sessions/login.ts";
import { barOf } from "../standing/standing.ts";
import { TasksObject } from "../tasks/tasks-object.ts";
import { cursorOf } from "./cursor.ts";
import { readSocketRequest } from "./sockets/socket-request.ts";
import { dismiss, refusal } from "./sockets/upgrade.ts";
import type { Policy, PolicyView, ProgressInput, QuarantineSelection, QuarantinedItem, ReachApi, WebhookInput, WebhookView } from "./reach-api.ts";

/** Who reaches the agent and how it hears of it: inbox policy, sockets, webhooks, progress. */
export abstract class ReachObject<Env> extends TasksObject<Env> implements ReachApi {
  getPolicy(): Promise<Outcome<PolicyView>> {
    return this.asOwner(({ reach: { policy, quarantine, tally } }) =>
      ok({ policy: policy.own, effective: policy.held.effective, quarantined: quarantine.count, blocked: tally.of("blocked"), expired: tally.of("expired") }));
  }

  putPolicy({ policy }: { policy: Policy }): Promise<Outcome<{ effective: Policy }>> {
    return this.asOwner(({ reach }) => {
      const put = reach.policy.put(policy);
      return put.ok ? ok({ effective: reach.policy.held.effective }) : put;
    });
  }

  listQuarantine({ limit, cursor }: { limit: number; cursor?: string }): Promise<Outcome<{ items: QuarantinedItem[]; cursor?: string }>> {
    return this.asOwner(({ reach: { quarantine } }) => {
      const after = cursorOf(cursor);
      if (!after.ok) return after;
      const found = quarantine.list(after.value, limit);
      const last = found.at(-1);
      return ok({ items: found.map(({ item }) => item), ...(last === undefined || found.length < limit ? {} : { cursor: String(last.id) }) });
    });
  }

  releaseQuarantine({ allow = false, ...selection }: QuarantineSelection & { allow?: boolean }): Promise<Outcome<{ released: number }>> {
    return this.asOwner(({ reach, inbox }) => {
      const released = reach.decisions.release(selection, allow);
      if (!released.ok) return released;
      if (released.value > 0) inbox.announce();
      return ok({ released: released.value });
    });
  }

  discardQuarantine({ block = false, ...selection }: QuarantineSelection & { block?: boolean }): Promise<Outcome<{ discarded: number }>> {
    return this.asOwner(({ reach }) => {
      const discarded = reach.decisions.discard(selection, block);
      return discarded.ok ? ok({ discarded: discarded.value }) : discarded;
    });
  }

  /** The agent's sockets. Only this Worker's own handlers can ask: they have decided who may. */
  override async fetch(request: Request): Promise<Response> {
    const query = readSocketRequest(request);
    const connected = await this.with((state) => {
      // The door may know of a takedown a moment later than the object.
      const error = query.kind === "inbox" ? barOf(state.account) : isTakenDown(state) ? syncFault(state, "public") : undefined;
      if (error !== undefined) return { ok: false, error };
      return ok(query.kind === "inbox" ? state.sockets.connect(request, query) : state.progress.sockets.connect(request, query));
    });
    return connected.ok ? connected.value : refusal(connected.error.status, connected.error.name, connected.error.message);
  }

  /** These streams take no messages; the runtime answers pings. */
  override async webSocketMessage(ws: WebSocket): Promise<void> {
    dismiss(ws, "InvalidRequest", "this stream takes no messages but ping");
    await this.webSocketClose(ws);
  }

  override async webSocketClose(ws: WebSocket): Promise<void> {
    await this.with(({ sockets }) => ok(sockets.closed(ws)));
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    await this.with(({ sockets }) => ok(sockets.closed(ws)));
  }

  /** A session that ends may be any reader's; those whose token still holds come again. */
  override async deleteSession(input: { id: string }): Promise<Outcome<null>> {
    return this.#endSessions(await super.deleteSession(input), "a session has ended");
  }

  override async setCredential(input: { passwordHash: string }): Promise<Outcome<null>> {
    return this.#endSessions(await super.setCredential(input), "the credential was replaced");
  }

  override async announceDeletion(): Promise<Outcome<null>> {
    return this.#endSessions(await super.announceDeletion(), "the account is going", true);
  }

  override async erase(): Promise<void> {
    await this.#endSessions(ok(null), "the account is gone", true);
    await super.erase();
  }

  async #endSessions<T>(outcome: Outcome<T>, why: string, isAccount = false): Promise<Outcome<T>> {
    await this.with(({ sockets, progress }) => {
      sockets.end(why);
      if (isAccount) progress.sockets.end(why);
      return ok(null);
    });
    return outcome;
  }

  putWebhook(input: WebhookInput): Promise<Outcome<{ webhook: WebhookView; secret?: string }>> {
    return this.asOwner(({ webhooks }) => webhooks.put(input));
  }

  listWebhooks(): Promise<Outcome<{ webhooks: WebhookView[] }>> {
    return this.asOwner(({ webhooks }) => ok({ webhooks: webhooks.list() }));
  }

  deleteWebhook({ id }: { id: string }): Promise<Outcome<null>> {
    return this.asOwner(({ webhooks }) => webhooks.delete(id));
  }

  publishProgress(input: ProgressInput): Promise<Outcome<{ channel: string; sequence: number }>> {
    return this.asOwner(({ progress }) => progress.publish(input));
  }

  getProgressChannel({ request }: { request: string }): Promise<Outcome<{ worker: string; channel: string; key?: string }>> {
    return this.asOwner(({ progress }) => progress.channelOf(request));
  }
}
