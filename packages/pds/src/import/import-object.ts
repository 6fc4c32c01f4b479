import { type Outcome, ok } from "@rookery/sync";
import { IdentityObject } from "../identity/identity-object.ts";
import { missingBlobs } from "../store/blobs.ts";
import type { ImportApi, Imported, MissingBlob } from "./import-api.ts";

/** A repository that comes from another host. */
export abstract class ImportObject<Env> extends IdentityObject<Env> implements ImportApi {
  importRepo({ car }: { car: ReadableStream<Uint8Array> }): Promise<Outcome<Imported>> {
    return this.with(async (state) => {
      const done = await state.imports.run(car);
      // Of one that takes no part no event says what it has now.
      if (done.ok) await state.standing.tell();
      return done;
    });
  }

  listMissingBlobs(page: { limit: number; cursor?: string }): Promise<Outcome<{ blobs: MissingBlob[]; cursor?: string }>> {
    return this.with(({ sql, account }) => {
      const blobs = missingBlobs(sql, page).map(({ cid, path }) => ({ cid, recordUri: `at://${account.did}/${path}` }));
      const last = blobs.at(-1);
      return ok(last === undefined ? { blobs } : { blobs, cursor: last.cid });
    });
  }
}
