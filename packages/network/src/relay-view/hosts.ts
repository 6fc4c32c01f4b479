import type { HostSummary } from "@rookery/agent-relay";
import { type Handler, type Host, answer, fault, invalid, json } from "@rookery/pds";
import { admitHost } from "../federation/admit.ts";
import type { Colony } from "../federation/colony.ts";
import type { PeerRow } from "../federation/peer-row.ts";
import { colonyOf } from "../host/federation.ts";
import { envOf } from "../host/host.ts";
import { networkStub } from "../host/stubs.ts";
import { hostNameOf } from "./host-name.ts";
import { type HostStatus, HostStatuses } from "./host-status.ts";

/** `com.atproto.sync.listHosts#host` */
interface HostView {
  hostname: string;
  seq?: number;
  accountCount: number;
  status: HostStatus;
}

const statuses = new HostStatuses();

const viewOf = (hostname: string, status: HostStatus, summary: HostSummary | undefined): HostView => ({
  hostname,
  ...(summary === undefined || summary.seq < 1 ? {} : { seq: summary.seq }),
  accountCount: summary?.accounts ?? 0,
  status,
});

/** Views of peers in the same order. */
const viewsOf = async (host: Host, colony: Colony, rows: PeerRow[]): Promise<HostView[]> => {
  if (rows.length === 0) return [];
  const summaries = await networkStub(envOf(host)).hosts(rows.map(({ name }) => name));
  const known = new Map(summaries.map((summary) => [summary.host, summary]));
  const states = await statuses.of(colony.listening, rows, colony.now());
  return rows.map(({ name }) => viewOf(name, states.get(name) ?? "idle", known.get(name)));
};

const ownView = async (host: Host): Promise<HostView> => viewOf(new URL(host.origin).host, "active", (await networkStub(envOf(host)).hosts([""]))[0]);

const isHost = ({ kind }: PeerRow): boolean => kind === "colony" || kind === "host";

/** Oldest first, as the lexicon recommends; names tell those of one moment apart. */
const keyOf = ({ createdAt, name }: PeerRow): string => `${String(createdAt).padStart(15, "0")}~${name}`;

/** com.atproto.sync.listHosts: this colony, then the hosts that are listened to. The cursor is when and what the last one was. */
export const listHosts: Handler = async ({ params, host }) => {
  const { limit, cursor } = params as { limit: number; cursor?: string };
  if (cursor !== undefined && !/^\d{15}~/.test(cursor)) return invalid(`malformed cursor: ${cursor.slice(0, 40)}`);
  const colony = colonyOf(envOf(host));
  const rows = (await colony.peers.all()).filter((row) => isHost(row) && row.listening).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const own = cursor === undefined ? [await ownView(host)] : [];
  const rest = cursor === undefined ? rows : rows.filter((row) => keyOf(row) > cursor);
  const page = rest.slice(0, limit - own.length);
  const last = page.at(-1);
  const more = page.length < rest.length ? { cursor: last === undefined ? `${"0".repeat(15)}~` : keyOf(last) } : {};
  return json({ hosts: [...own, ...(await viewsOf(host, colony, page))], ...more });
};

/** com.atproto.sync.getHostStatus */
export const getHostStatus: Handler = async ({ params, host }) => {
  const name = hostNameOf(params.hostname as string);
  if (name === new URL(host.origin).host) return json(await ownView(host));
  const colony = colonyOf(envOf(host));
  const row = await colony.peers.find(name);
  if (row === undefined || !isHost(row) || row.name !== name) return fault(400, "HostNotFound", `Host is not known here: ${name.slice(0, 300)}`);
  return json((await viewsOf(host, colony, [row]))[0]);
};

/** com.atproto.sync.requestCrawl: whether a host is listened to is decided by the colony's policy. */
export const requestCrawl: Handler = async ({ input, host }) => {
  const { hostname } = input as { hostname: string };
  const name = hostNameOf(hostname);
  if (name.length > 300 || name === "") return invalid(`not a host name: ${hostname.slice(0, 300)}`);
  return answer(await admitHost(colonyOf(envOf(host)), name), () => new Response(null, { status: 200 }));
};
