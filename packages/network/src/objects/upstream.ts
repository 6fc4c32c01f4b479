import { UpstreamObject } from "@rookery/agent-relay";
import type { Env } from "../env.ts";

/** The Durable Object of a common relay or Jetstream. */
export class Upstream extends UpstreamObject<Env> {}
