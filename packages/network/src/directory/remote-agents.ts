import { type Outcome, isLoopbackHost, ok, pdsOf } from "@rookery/sync";
import { BriefCache } from "../registry/brief-cache.ts";
import { type AgentDetail, notFound, readAgent, seenAt } from "./agent-detail.ts";
import { verifiedHandle } from "./handle.ts";
import { DETAIL_LIFE_MS, FAILURE_LIFE_MS, MAX_REMEMBERED, MAX_REMEMBERED_BYTES } from "./limits.ts";
import { pdsAt } from "./pds-at.ts";
import type { DirectoryPorts } from "./ports.ts";
import { remoteSource } from "./record-source.ts";

/** Agents of peers, as their hosts tell and their proofs prove. Remembered for a minute: everybody may ask, and each asks another host. */
export class RemoteAgents {
  readonly #ports: DirectoryPorts;
  readonly #details = new BriefCache<AgentDetail>(MAX_REMEMBERED, DETAIL_LIFE_MS, DETAIL_LIFE_MS);
  readonly #failures = new BriefCache<Outcome<AgentDetail>>(MAX_REMEMBERED, FAILURE_LIFE_MS, FAILURE_LIFE_MS);
  readonly #asking = new Map<string, Promise<Outcome<AgentDetail>>>();

  constructor(ports: DirectoryPorts) {
    this.#ports = ports;
  }

  /** One agent; only those whose events are carried here are asked about. */
  async find(did: string, evenIfUnlisted: boolean): Promise<Outcome<AgentDetail>> {
    const carried = await this.#ports.network.repo(did);
    if (carried === undefined || carried.host === "" || !carried.active) return notFound(did);
    const key = `${evenIfUnlisted ? "all" : "listed"} ${carried.rev ?? ""} ${did}`;
    const known = this.#details.get(key)?.value;
    if (known !== undefined) return ok(known);
    const failed = this.#failures.get(key)?.value;
    if (failed !== undefined) return failed;
    const asking = this.#asking.get(key) ?? this.#ask(did, carried.host, evenIfUnlisted, key).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(did: string, host: string, evenIfUnlisted: boolean, key: string): Promise<Outcome<AgentDetail>> {
    const { fetch, network, origin } = this.#ports;
    const onLoopback = isLoopbackHost(new URL(origin).hostname);
    const read = await readAgent(this.#ports, { did, evenIfUnlisted, source: (document) => remoteSource(fetch, pdsAt(document, host, origin), did) });
    if (!read.ok) {
      this.#failures.set(key, read);
      return read;
    }
    const { document, ...rest } = read.value;
    const handle = await verifiedHandle(fetch, did, document, onLoopback ? pdsOf(document) : undefined);
    const detail = { did, handle, host, local: false, ...rest, ...seenAt((await network.activity(did))?.lastEventAt) };
    if (JSON.stringify(detail).length <= MAX_REMEMBERED_BYTES) this.#details.set(key, detail);
    return ok(detail);
  }
}
