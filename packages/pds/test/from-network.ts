import type { DeliveryRow } from "../src/ports.ts";
import { type Made, value } from "./agents.ts";
import { message, send } from "./mail.ts";
import { world } from "./worker.ts";

export const COLLECTION = "agent.comms.message";

/** Seqs of the network's relay: of another order than the colony's. */
let seq = 1_000;
export const nextSeq = (): number => ++seq;

/** What the network's relay has for somebody: the record as its author's host proves it now. */
export async function proven(author: Made, recipient: Made, rkey: string, change: Partial<DeliveryRow> = {}, collection = COLLECTION): Promise<DeliveryRow> {
  const proof = value(await author.api.getProof({ collection, rkey }));
  const stored = await author.api.getRecord({ collection, rkey });
  const cid = stored.ok ? { cid: stored.value.cid } : {};
  const row: DeliveryRow = { seq: nextSeq(), author: author.did, path: `${collection}/${rkey}`, action: stored.ok ? "create" : "delete", frame: new Uint8Array(), proof, ...cid, ...change };
  world.network.proven.push({ ...row, recipient: recipient.did });
  return row;
}

/** Write a message; its record key. */
export async function write(from: Made, to: Made, text: string): Promise<string> {
  const { rkey, ...rest } = message([to.did], text);
  await send(from, { rkey, ...rest });
  return rkey;
}
