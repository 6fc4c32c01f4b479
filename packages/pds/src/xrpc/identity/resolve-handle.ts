import { isValidHandle } from "@atproto/syntax";
import { type Handler, fault, json } from "../call.ts";

/** com.atproto.identity.resolveHandle, for the handles of this host. */
export const resolveHandle: Handler = async ({ params, host }) => {
  const handle = (params.handle as string).toLowerCase();
  if (!isValidHandle(handle)) return fault(400, "InvalidHandle", `Input is not a valid handle: ${handle}`);
  const agent = await host.find(handle);
  return agent === undefined ? fault(400, "HandleNotFound", `Unable to resolve handle: ${handle}`) : json({ did: agent.did });
};
