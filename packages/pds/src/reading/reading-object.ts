import { cidToString } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { AccountObject } from "../account-object.ts";
import type { BlobRow, ListRecordsInput } from "../agent-api.ts";
import { exportRepo } from "../export/export.ts";
import { proofOf } from "../proofs.ts";
import type { AgentState } from "../state.ts";
import { listCollections } from "../store/records.ts";
import { namesTag, tagOf } from "./etag.ts";
import { blocksOf } from "./blocks.ts";
import { type Reader, syncFault } from "./reader.ts";
import type { Dated, ReadingApi } from "./reading-api.ts";
import { type JsonAnswer, type PageAnswer, recordJson, recordsJson } from "./record-json.ts";

/** The account's room for readers. */
export abstract class ReadingObject<Env> extends AccountObject<Env> implements ReadingApi {
  recordJson({ collection, rkey, cid }: { collection: string; rkey: string; cid?: string }): Promise<Outcome<JsonAnswer & { cid: string }>> {
    return this.with((state) => {
      const found = state.account.status === null ? recordJson(state, `${collection}/${rkey}`) : undefined;
      const is = found && cidToString(found.cid);
      if (found === undefined || is === undefined || (cid !== undefined && is !== cid))
        return fail(400, "RecordNotFound", `Could not locate record: at://${state.account.did}/${collection}/${rkey}`);
      return ok({ json: found.json, rev: found.rev, cid: is });
    });
  }

  recordsJson(input: ListRecordsInput): Promise<Outcome<PageAnswer>> {
    return this.with((state) => (state.account.status === null ? recordsJson(state, input) : fail(400, "InvalidRequest", `Could not find repo: ${state.account.did}`)));
  }

  collections(): Promise<Outcome<string[]>> {
    return this.#read("public", ({ sql }) => ok(listCollections(sql)));
  }

  syncHead({ reader }: { reader: Reader }): Promise<Outcome<Dated<{ cid: string }>>> {
    return this.#read(reader, ({ head }) => ok({ cid: cidToString(head.cid), rev: head.rev }));
  }

  syncRepo({ reader, since, has }: { reader: Reader; since?: string; has?: string }): ReturnType<ReadingApi["syncRepo"]> {
    return this.#read<Dated<{ cid: string; car?: ReadableStream<Uint8Array> }>>(reader, (state) => {
      const { rev, cid } = state.head;
      const named = { cid: cidToString(cid), rev };
      if (namesTag(has, tagOf(named.cid))) return ok(named);
      const car = exportRepo(state, since);
      return car.ok ? ok({ ...named, car: car.value }) : car;
    });
  }

  syncRecord(input: Parameters<ReadingApi["syncRecord"]>[0]): ReturnType<ReadingApi["syncRecord"]> {
    return this.#read<Dated<{ cid: string; car?: Uint8Array }>>(input.reader, (state) => {
      const named = { cid: cidToString(state.head.cid), rev: state.head.rev };
      return ok(namesTag(input.has, tagOf(named.cid)) ? named : { ...named, car: proofOf(state, `${input.collection}/${input.rkey}`) });
    });
  }

  syncBlocks({ reader, cids }: { reader: Reader; cids: string[] }): Promise<Outcome<Dated<{ car: Uint8Array | ReadableStream<Uint8Array> }>>> {
    return this.#read<Dated<{ car: Uint8Array | ReadableStream<Uint8Array> }>>(reader, async (state) => {
      const { rev } = state.head;
      const car = await blocksOf(state, cids);
      return car.ok ? ok({ rev, car: car.value }) : car;
    });
  }

  syncBlob({ reader, cid }: { reader: Reader; cid: string }): Promise<Outcome<BlobRow>> {
    return this.#read(reader, ({ blobs }) => blobs.get(cid));
  }

  syncBlobs({ reader, ...page }: Parameters<ReadingApi["syncBlobs"]>[0]): ReturnType<ReadingApi["syncBlobs"]> {
    return this.#read(reader, ({ blobs, head }) => ok({ ...blobs.list(page), rev: head.rev }));
  }

  #read<T>(reader: Reader, then: (state: AgentState) => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.with((state) => {
      const error = syncFault(state, reader);
      return error === undefined ? then(state) : { ok: false, error };
    });
  }
}
