import type { Outcome } from "@rookery/sync";
import type { Deliveries } from "./deliveries.ts";
import type { DeliveryApi, DeliveryPage, DeliveryQuery, DeliverySelection, ParkedByRecipient, PulledDelivery, SilentRecipient } from "./delivery-api.ts";
import { listDeliveries } from "./delivery-list.ts";
import type { Repos } from "./repos.ts";
import { MAX_LISTED_DELIVERIES } from "./settings.ts";
import type { Wakes } from "./wakes.ts";

interface Stores {
  storage: DurableObjectStorage;
  repos: Repos;
  deliveries: Deliveries;
  wakes: Wakes;
  now: () => number;
  /** Have the wakes that are due made, now. */
  wakeNow: () => void;
}

/** Where recipients and the admin come for deliveries; both relays have one. Recipients that are not of this colony have nothing here. */
export class DeliveryDesk implements DeliveryApi {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  async pull({ recipient, after, limit, again, through }: Parameters<DeliveryApi["pull"]>[0]): Promise<PulledDelivery[]> {
    const { storage, deliveries } = this.#stores;
    const known = deliveries.recipient(recipient);
    if (known === undefined) return [];
    if (through !== undefined) storage.transactionSync(() => deliveries.acknowledge(known, through));
    const first = again === true ? deliveries.pullAgain(known, limit) : [];
    return first.length > 0 ? first : deliveries.pull(known, after, limit);
  }

  async acknowledge({ recipient, through }: { recipient: string; through: number }): Promise<void> {
    const { storage, deliveries } = this.#stores;
    const known = deliveries.recipient(recipient);
    if (known !== undefined) storage.transactionSync(() => deliveries.acknowledge(known, through));
  }

  async park({ recipient, ...parked }: ParkedByRecipient): Promise<void> {
    const { storage, deliveries, wakes, now } = this.#stores;
    const known = deliveries.recipient(recipient);
    if (known === undefined) return;
    storage.transactionSync(() => deliveries.parked.park(known, parked, now()));
    wakes.heard(known.id);
  }

  async unpark({ recipient, seq, path }: { recipient: string; seq: number; path: string }): Promise<void> {
    const { deliveries, wakes } = this.#stores;
    const known = deliveries.recipient(recipient);
    if (known === undefined) return;
    deliveries.parked.unpark(known, seq, path);
    wakes.heard(known.id);
  }

  async listDeliveries(query: DeliveryQuery): Promise<Outcome<DeliveryPage>> {
    return listDeliveries(this.#stores.storage.sql, this.#stores.repos, query);
  }

  async listSilent({ recipient, limit }: { recipient?: string; limit: number }): Promise<SilentRecipient[]> {
    const known = recipient === undefined ? undefined : this.#stores.repos.find(recipient);
    if (recipient !== undefined && known === undefined) return [];
    return this.#stores.wakes.silent(known?.id, Math.min(Math.max(1, Math.trunc(limit)), MAX_LISTED_DELIVERIES));
  }

  async retryDeliveries(selection: DeliverySelection): Promise<{ deliveries: number; recipients: number }> {
    const { deliveries, repos, wakes, wakeNow } = this.#stores;
    const known = selection.recipient === undefined ? undefined : repos.find(selection.recipient);
    if (selection.recipient !== undefined && known === undefined) return { deliveries: 0, recipients: 0 };
    const count = deliveries.parked.retry(selection);
    const recipients = wakes.restart(known?.id);
    if (count + recipients > 0) wakeNow();
    return { deliveries: count, recipients };
  }

  async dropDeliveries(selection: DeliverySelection): Promise<{ deliveries: number }> {
    return { deliveries: this.#stores.deliveries.parked.drop(selection) };
  }
}
