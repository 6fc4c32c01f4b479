import { type Outcome, fail, ok } from "@rookery/sync";
import { isPlcEntry } from "../identity/plc-operation.ts";
import { type LegacyGenesis, type PlcData, dataOf } from "../plc/data.ts";
import { type PlcOperation, type PlcTombstone, operationCid } from "./operation.ts";

/** A PLC directory answers in well under a second; past this it is down for us. */
const TIMEOUT_MS = 10_000;

/** An answer is an operation, of at most 7,500 bytes, or a reason. */
const MAX_ANSWER_BYTES = 64_000;

type Entry = PlcOperation | PlcTombstone;

/** The few calls the colony makes to the PLC directory (did:plc specification, "HTTP API"). */
export class PlcClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The newest operation of a DID; undefined when the directory does not know it. Errors: PlcUnavailable. */
  async last(did: string): Promise<Outcome<Entry | LegacyGenesis | undefined>> {
    const response = await this.#call(`/${did}/log/last`);
    if (!response.ok) return response;
    const { status, text } = response.value;
    if (status === 404) return ok(undefined);
    if (status === 410) return ok(undefined);
    if (status !== 200) return this.#unavailable(`${status} ${text.slice(0, 200)}`);
    const entry = parsed(text);
    return isPlcEntry(entry) ? ok(entry) : this.#unavailable(`unreadable answer ${text.slice(0, 200)}`);
  }

  /** What a DID says, by its newest operation; undefined when the directory does not know it, or it has ended. Errors: PlcUnavailable. */
  async data(did: string): Promise<Outcome<PlcData | undefined>> {
    const last = await this.last(did);
    if (!last.ok) return last;
    return ok(last.value === undefined || last.value.type === "plc_tombstone" ? undefined : dataOf(last.value));
  }

  /**
   * Post a genesis, once in effect: posting it twice is an error of the directory, so a refusal is checked against
   * its log. Errors: PlcRefused, PlcUnavailable.
   */
  async submitGenesis(did: string, genesis: PlcOperation): Promise<Outcome<null>> {
    const posted = await this.submit(did, genesis);
    if (posted.ok || posted.error.name !== "PlcRefused") return posted;
    const last = await this.last(did);
    if (!last.ok) return last;
    return last.value !== undefined && operationCid(last.value) === operationCid(genesis) ? ok(null) : posted;
  }

  /**
   * Errors: PlcRefused (the directory said no), PlcBusy (it takes none of this DID for a while), PlcUnavailable (it could not be
   * asked; the outcome is unknown).
   */
  async submit(did: string, operation: Entry): Promise<Outcome<null>> {
    const response = await this.#call(`/${did}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(operation),
    });
    if (!response.ok) return response;
    const { status, text } = response.value;
    if (status >= 200 && status < 300) return ok(null);
    if (status === 429) return fail(503, "PlcBusy", `The PLC directory takes no more operations of ${did} for now: ${text.slice(0, 200)}`);
    if (status >= 400 && status < 500)
      return fail(502, "PlcRefused", `The PLC directory refused the operation of ${did}: ${status} ${text.slice(0, 200)}`);
    return this.#unavailable(`${status} ${text.slice(0, 200)}`);
  }

  async #call(path: string, init: RequestInit = {}): Promise<Outcome<{ status: number; text: string }>> {
    try {
      const response = await fetch(this.#url + path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      return ok({ status: response.status, text: await textOf(response) });
    } catch (error) {
      return this.#unavailable(error instanceof Error ? error.message : String(error));
    }
  }

  #unavailable(reason: string) {
    return fail(503, "PlcUnavailable", `The PLC directory at ${this.#url} cannot be reached: ${reason}`);
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** @throws Error when there is more than a directory ever says. */
const textOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`it answers with more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};
