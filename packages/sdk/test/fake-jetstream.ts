import { base64Encode, cidKey, cidToString, decode, lexToJson, readCar } from "@rookery/repo";
import { sha256, TIME, type Change, type TestAgent } from "../../sync/test/agent.ts";
import { create, FakeNet } from "./fake-net.ts";

/** A FakeNet whose stream is a Jetstream that tells of `prevRev`. Cursors are the numbers of its messages. */
export class FakeJetstream extends FakeNet {
  /** Collections that it sends records of; of others it tells the rev alone, as with `prevRev=chain`. */
  collections: string[] | undefined;
  /** Stock servers know nothing of revs before. */
  stock = false;

  override write(agent: TestAgent, changes: Change[] | string, how: { lost?: true } = {}): void {
    const { rev, since, ops, blocks } = agent.commit(typeof changes === "string" ? [create(changes)] : changes);
    const records = readCar(blocks, sha256).blocks;
    const chain = this.stock ? {} : { prevRev: since };
    const texts = ops.flatMap(({ action, path, cid }) => {
      const [collection = "", rkey = ""] = path.split("/");
      if (this.collections?.includes(collection) === false) return [];
      const block = cid === null ? undefined : records.get(cidKey(cid));
      const record = block === undefined || cid === null ? {} : { record: lexToJson(decode(block)), cid: cidToString(cid) };
      return [{ rev, operation: action, collection, rkey, ...record, ...chain }];
    });
    for (const commit of texts.length === 0 && !this.stock ? [{ rev, ...chain }] : texts) this.tell(agent.did, { kind: "commit", commit }, how);
  }

  override sync(agent: TestAgent): void {
    const { rev, blocks, time, did } = agent.sync();
    this.tell(did, { kind: "sync", sync: { did, rev, time, seq: 1, blocks: { $bytes: base64Encode(blocks) } } });
  }

  override identity(did: string, handle: string): void {
    this.tell(did, { kind: "identity", identity: { did, handle, seq: 1, time: TIME } });
  }

  override account(did: string, status?: string): void {
    this.tell(did, { kind: "account", account: { did, active: status === undefined, ...(status === undefined ? {} : { status }), seq: 1, time: TIME } });
  }

  /** Any message; lost ones have a time but are not in the log. */
  tell(did: string, body: object, how: { lost?: true } = {}): void {
    const us = ++this.seq;
    if (how.lost === undefined) this.logMessage(JSON.stringify({ did, time_us: us, ...body }), us);
  }
}
