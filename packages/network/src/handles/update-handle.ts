import { type Handler, type Host, barOf, empty, invalid, isFault, ownAccount } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { didsOf } from "../host/dids.ts";
import { handleDeskOf } from "../host/handles.ts";
import { envOf } from "../host/host.ts";
import { type HandleChange, changeHandle } from "./change-handle.ts";

const change = async (host: Host, asked: HandleChange): Promise<Response | XrpcFault> => {
  const env = envOf(host);
  const done = await changeHandle(handleDeskOf(env), asked);
  // What this isolate remembers of the account and of its DID is of before.
  didsOf(env).forget(asked.did);
  await host.forget(asked.did);
  return done.ok ? empty() : done.error;
};

/** com.atproto.identity.updateHandle: the caller's own. */
export const updateHandle: Handler = async (call) => {
  const { handle } = call.input as { handle: string };
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  const status = await agent.stub.getStatus();
  if (!status.ok) return status.error;
  return barOf({ status: status.value.status ?? null }) ?? change(call.host, { did: agent.did, handle });
};

/** com.atproto.admin.updateAccountHandle: anybody's here; reserved names are the admin's to give. */
export const updateAccountHandle: Handler = async ({ input, host }) => {
  const { did, handle } = input as { did: string; handle: string };
  const known = await host.find(did);
  // The reference does not find accounts here that were taken down.
  if (known === undefined || barOf({ status: known.status ?? null }) !== undefined) return invalid("Account not found");
  return change(host, { did, handle, allowReserved: true });
};
