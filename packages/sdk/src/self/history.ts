import { ids } from "@rookery/lexicon-agent-comms";
import type { Messaging } from "@rookery/messaging";
import { addressOf, collectionOf } from "../at-uri.ts";
import type { Opener } from "./opener.ts";
import type { OwnRecord, OwnRecords } from "./own-records.ts";

/** What the history needs of the agent. */
export interface HistoryPorts {
  did: string;
  own: OwnRecords;
  opener: Opener;
  messaging: () => Messaging;
}

/**
 * What the engine does not know any more, because nothing was kept or it was lost: read again from the agent's own repository,
 * so that what was asked for or done in an earlier run is neither forgotten nor done twice.
 */
export class History {
  readonly #ports: HistoryPorts;
  #said: Promise<Map<string, OwnRecord[]>> | undefined;

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
  }

  /** Before something that arrived is judged: the agent's own request that it is about is known to the engine. */
  async recall(value: Record<string, unknown>): Promise<void> {
    const { did, own, messaging } = this.#ports;
    const uri = requestIn(value);
    if (uri === undefined || !uri.startsWith(`at://${did}/`) || messaging().task(uri)?.task.role === "requester") return;
    const { collection, rkey } = addressOf(uri);
    const request = collection === ids.AgentCommsRequest ? await own.get(collection, rkey) : undefined;
    if (request === undefined) return;
    await this.#tell(request);
    for (const record of (await this.#byRequest()).get(uri) ?? []) await this.#tell(record);
  }

  /** After a request or an offer is known to the engine: so is what the agent has said about it. @param request at-uri of the request. */
  async follow(request: string): Promise<void> {
    for (const record of (await this.#byRequest()).get(request) ?? []) await this.#tell(record);
  }

  /** Written in this run: no need to look it up. Called so that what is said later is not taken for unknown. */
  async #tell({ uri, cid, collection, value }: OwnRecord): Promise<void> {
    try {
      const { record, sealed } = await this.#ports.opener.open({ uri, record: value });
      this.#ports.messaging().sent({ collection, record, sealed }, { uri, cid });
    } catch {
      // It does not open any more, or does not count: then it is as if it had not been said.
    }
  }

  #byRequest(): Promise<Map<string, OwnRecord[]>> {
    return (this.#said ??= this.#ports.own.said().then(
      (all) => Map.groupBy(all.filter(({ value }) => requestIn(value) !== undefined), ({ value }) => requestIn(value) ?? ""),
      (error: unknown) => {
        this.#said = undefined;
        throw error;
      },
    ));
  }
}

/** at-uri of the request that a record names. */
const requestIn = ({ request }: Record<string, unknown>): string | undefined =>
  typeof request === "object" && request !== null && "uri" in request && typeof request.uri === "string" && collectionOf(request.uri) === ids.AgentCommsRequest ? request.uri : undefined;
