import { PeerObject } from "@rookery/agent-relay";
import type { Env } from "../env.ts";

/** A peer's Durable Object. */
export class Peer extends PeerObject<Env> {}
