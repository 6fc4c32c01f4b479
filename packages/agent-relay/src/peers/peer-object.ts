import { DurableObject } from "cloudflare:workers";

/** The object that listens to one host. */
export abstract class PeerObject<Env = unknown> extends DurableObject<Env> {}
