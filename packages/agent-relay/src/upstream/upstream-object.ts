import { DurableObject } from "cloudflare:workers";

/** The object that listens to a common relay or Jetstream. */
export abstract class UpstreamObject<Env = unknown> extends DurableObject<Env> {}
