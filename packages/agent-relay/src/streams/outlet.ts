import { EventFilter, type Envelope, type FilterSpec } from "@rookery/sync";
import type { StreamFormat } from "./listener.ts";
import { REV_ONLY, type Pack, type Payload, type SharedEvent } from "./shared-event.ts";

/** What a reader is sent of one event: nothing, a frame, or a message per operation that passes its filter. */
export type Outlet = (event: SharedEvent) => readonly Payload[];

const NOTHING: readonly Payload[] = [];
const EVERYTHING: FilterSpec = { kinds: ["commit", "identity", "account", "sync"] };

/**
 * The outlet of a reader; undefined for the firehose in its default framing, which gets the frames of the log themselves.
 * @param fromUs messages before this time are left out.
 */
export function outletOf(format: StreamFormat, filter: FilterSpec = EVERYTHING, fromUs = 0, pack?: Pack): Outlet | undefined {
  switch (format) {
    case "subscribeRepos":
      return undefined;
    case "subscribeRepos+xrpc.v1.cbor":
      return (event) => only(event.framed("xrpc.v1.cbor"));
    case "subscribeRepos+xrpc.v1.json":
      return (event) => only(event.framed("xrpc.v1.json"));
    case "jetstream":
      return jetstreamOutlet("v1", filter, fromUs);
    case "jetstream+zstd":
      return jetstreamOutlet("v1", filter, fromUs, pack);
    case "subscribeEvents":
      return jetstreamOutlet("events", filter, fromUs);
  }
}

function jetstreamOutlet(envelope: Envelope, spec: FilterSpec, fromUs: number, pack?: Pack): Outlet {
  const filter = new EventFilter(spec);
  const withPrevRev = spec.prevRev !== undefined;
  const { maxBytes = Infinity } = spec;
  const payloadOf = (event: SharedEvent, op: number): Payload | undefined => {
    if (event.timeOf(op) < fromUs) return undefined;
    const text = event.text(envelope, op, withPrevRev);
    if (text === undefined || longerThan(text, maxBytes)) return undefined;
    return pack === undefined ? text : event.packed(pack, envelope, op, withPrevRev);
  };
  return (event) => {
    const { view } = event;
    if (view === undefined || !filter.wants(view)) return NOTHING;
    if (view.kind !== "commit") return only(payloadOf(event, 0));
    const payloads: Payload[] = [];
    view.ops.forEach(({ collection }, op) => {
      if (!filter.wantsCollection(collection)) return;
      const payload = payloadOf(event, op);
      if (payload !== undefined) payloads.push(payload);
    });
    // Without a word about this commit the reader's chain of revs would have a hole.
    if (payloads.length === 0 && withPrevRev && (spec.prevRev === "chain" || view.ops.length === 0)) return only(payloadOf(event, REV_ONLY));
    return payloads;
  };
}

const only = (payload: Payload | undefined): readonly Payload[] => (payload === undefined ? NOTHING : [payload]);

/** Whether a text has more bytes than `most` in UTF-8, without encoding it when its length alone decides. */
function longerThan(text: string, most: number): boolean {
  if (text.length > most) return true;
  return text.length * 3 > most && Buffer.byteLength(text) > most;
}
