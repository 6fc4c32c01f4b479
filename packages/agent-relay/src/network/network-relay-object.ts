import { SequencerObject } from "../sequencer-object.ts";

/** The one object behind the relay view: own accounts and those of verified peers, in a seq space of its own. */
export abstract class NetworkRelayObject<Env = unknown> extends SequencerObject<Env> {}
