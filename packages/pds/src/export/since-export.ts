import { type CarChunk, cidEquals, type NodeRef, walkTree } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import { type DatedNode, readNodeRow, readOldNode } from "../store/nodes.ts";
import { readOldRecord, readRecord } from "../store/records.ts";
import { DamagedRepositoryError } from "./damage.ts";

/**
 * What came after the rev `since`, in the order of a streamable CAR: what a reader of that rev has already is left out, by
 * subtree. Little is read, and here and there, so each is looked up by itself.
 */
export class SinceExport {
  readonly #state: AgentState;
  readonly #rev: string;
  readonly #since: string;
  readonly #steps: ReturnType<typeof walkTree>;
  /** A node that was read to see its rev; the walk asks for the same one right after. */
  #entered: { id: number; node: DatedNode | undefined } | undefined;

  constructor(state: AgentState, since: string) {
    const { head } = state;
    this.#state = state;
    this.#rev = head.rev;
    this.#since = since;
    const read = ({ id }: NodeRef) => (this.#entered?.id === id ? this.#entered.node : this.#node(id));
    this.#steps = walkTree({ read }, { cid: head.rootCid, id: head.rootId }, (ref) => this.#isNew(ref));
  }

  /** Write on until the chunk is full or all is written. Throws DamagedRepositoryError, MissingBlockError, InvalidNodeError. */
  writeTo(chunk: CarChunk): void {
    while (!chunk.isFull) {
      const { done, value: step } = this.#steps.next();
      if (done === true) return;
      this.#entered = undefined;
      if (step.kind === "node") chunk.block(step.ref.cid, step.bytes);
      else this.#record(step, chunk);
    }
  }

  #isNew({ id }: NodeRef): boolean {
    const node = this.#node(id);
    this.#entered = { id, node };
    return node === undefined || node.rev > this.#since;
  }

  #node(id: number): DatedNode | undefined {
    const { sql, pins } = this.#state;
    return (pins.anyKept ? readOldNode(sql, id, this.#rev) : undefined) ?? readNodeRow(sql, id);
  }

  #record({ key, cid }: { key: string; cid: Uint8Array }, chunk: CarChunk): void {
    const { sql, pins } = this.#state;
    const record = (pins.anyKept ? readOldRecord(sql, key, this.#rev) : undefined) ?? readRecord(sql, key);
    if (record === undefined || !cidEquals(record.cid, cid)) throw new DamagedRepositoryError(`no block for ${key} at ${this.#rev}`);
    if (record.rev > this.#since) chunk.block(cid, record.data);
  }
}
