import { type Outcome, fail, ok } from "@rookery/sync";
import type { Colony } from "./colony.ts";
import { refuseNoHost } from "./manage-peers.ts";
import { check } from "./listening.ts";
import { peerAddress } from "./peer-address.ts";
import { newPeer, standingOf } from "./peer-row.ts";
import { admitsCrawl, admitsDelivery } from "./policy.ts";
import { settle } from "./settle.ts";

/**
 * com.atproto.sync.requestCrawl at the relay view: a host asks to be listened to. One that is known is looked after at once;
 * a new one becomes a peer if the level is `open` and it answers as a PDS.
 * @param hostname host name, with a port on loopback only, as the method takes it; a URL will do.
 */
export const admitHost = async (colony: Colony, hostname: string): Promise<Outcome<null>> => {
  const address = peerAddress("host", hostname, colony.allowLoopback);
  if (typeof address === "string") return fail(400, "InvalidRequest", address);
  const { name, origin } = address;
  if (origin === colony.origin) return ok(null);
  const policy = await colony.policy.get();
  const known = await colony.peers.find(name);
  const { state, reason = "" } = admitsCrawl(policy, known === undefined ? undefined : standingOf(known));
  if (state === "blocked") return fail(400, "HostBanned", `${name} is blocked here`);
  if (state !== "active") return fail(403, "PeeringClosed", reason);
  if (known !== undefined && known.kind === "host" && known.endingAt === null) {
    if (known.listening) await check(colony.listening, known);
    else await settle(colony, known);
    return ok(null);
  }
  if (known !== undefined) return (await check(colony.listening, known), ok(null));
  const refused = await refuseNoHost(colony, origin);
  if (refused !== undefined) return fail(400, "InvalidRequest", refused);
  await colony.peers.add(newPeer({ name, kind: "host", origin, direction: "in" }, colony.now()), true);
  const row = await colony.peers.find(name);
  if (row === undefined) return fail(503, "TooManyPeers", "There are as many hosts as can be looked after");
  await settle(colony, row);
  return ok(null);
};

/**
 * Whether messages of `author` may be delivered here that came through a common relay or Jetstream; see policy.ts.
 * @param host host name of the author's PDS, with its port when it has one.
 */
export const mayDeliver = async (colony: Colony, author: string, host: string): Promise<boolean> => {
  if (host === new URL(colony.origin).host) return false;
  const known = await colony.peers.find(host);
  return admitsDelivery(await colony.policy.get(), author, known === undefined ? undefined : standingOf(known));
};
