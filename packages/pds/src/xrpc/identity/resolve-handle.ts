import { isValidHandle } from "@atproto/syntax";
import { type Handler, fault, json } from "../call.ts";

/** com.atproto.identity.resolveHandle: handles of this host first, then those of others as far as they can be told. */
export const resolveHandle: Handler = async ({ params, host }) => {
  const handle = (params.handle as string).toLowerCase();
  if (!isValidHandle(handle)) return fault(400, "InvalidHandle", `Input is not a valid handle: ${handle}`);
  const did = (await host.find(handle))?.did ?? (await host.foreignHandle(handle));
  return did === undefined ? fault(400, "HandleNotFound", `Unable to resolve handle: ${handle}`) : json({ did });
};
