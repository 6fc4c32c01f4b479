import type { CarriedRepo } from "@rookery/agent-relay";
import { type Handler, answer, fault, isFault, json } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { Host } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { networkStub } from "../host/stubs.ts";
import { originOf } from "./host-name.ts";

const carried = async (host: Host, did: string): Promise<CarriedRepo | XrpcFault> => {
  const repo = await networkStub(envOf(host)).repo(did);
  return repo === undefined || repo.status === "deleted" ? fault(400, "RepoNotFound", `Could not find repo for DID: ${did}`) : repo;
};

/** What com.atproto.sync.getLatestCommit says of accounts that are away, by their status. */
const AWAY: Record<string, [string, string]> = {
  takendown: ["RepoTakendown", "has been takendown"],
  suspended: ["RepoSuspended", "has been suspended"],
  deactivated: ["RepoDeactivated", "has been deactivated"],
};

/** com.atproto.sync.listRepos: own accounts and those of peers. */
export const listRepos: Handler = async ({ params, host }) => {
  const { limit, cursor } = params as { limit: number; cursor?: string };
  return answer(await networkStub(envOf(host)).listRepos({ limit, ...(cursor === undefined ? {} : { cursor }) }), json);
};

/** com.atproto.sync.getRepoStatus: answers for inactive accounts too, without their rev. */
export const getRepoStatus: Handler = async ({ params, host }) => {
  const repo = await carried(host, params.did as string);
  if (isFault(repo)) return repo;
  const { did, active, status, rev } = repo;
  return json({ did, active, ...(status === undefined ? {} : { status }), ...(active && rev !== undefined ? { rev } : {}) });
};

/** com.atproto.sync.getLatestCommit */
export const getLatestCommit: Handler = async ({ params, host }) => {
  const did = params.did as string;
  const repo = await carried(host, did);
  if (isFault(repo)) return repo;
  const away = AWAY[repo.status ?? ""];
  if (!repo.active) return away === undefined ? fault(400, "RepoNotFound", `Could not find repo for DID: ${did}`) : fault(400, away[0], `Repo ${away[1]}: ${did}`);
  if (repo.head === undefined) return fault(400, "RepoNotFound", `No commit of ${did} was seen yet`);
  return json({ cid: repo.head, rev: repo.rev });
};

/** com.atproto.sync.getRepo: the account's own host has it, so that is where one is sent. */
export const getRepo: Handler = async ({ params, url, host }) => {
  const repo = await carried(host, params.did as string);
  if (isFault(repo)) return repo;
  const origin = repo.host === "" ? host.origin : originOf(repo.host);
  return new Response(null, { status: 302, headers: { location: `${origin}${url.pathname}${url.search}` } });
};

/** com.atproto.sync.listReposByCollection: accounts that have had records there since they are carried. */
export const listReposByCollection: Handler = async ({ params, host }) => {
  const { collection, limit, cursor } = params as { collection: string; limit: number; cursor?: string };
  return answer(await networkStub(envOf(host)).listReposByCollection({ collection, limit, ...(cursor === undefined ? {} : { cursor }) }), json);
};
