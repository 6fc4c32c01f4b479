import { type Handler, answer, invalid, json } from "../call.ts";
import type { PlcChanges } from "../host-identity.ts";
import { isFault, ownAgent } from "../repo-access.ts";

interface Input extends PlcChanges {
  token?: string;
}

/** com.atproto.identity.signPlcOperation: what a DID is to say, signed by the colony's rotation key and given to its owner. */
export const signPlcOperation: Handler = async (call) => {
  const own = await ownAgent(call);
  if (isFault(own)) return own;
  const { token, ...changes } = call.input as Input;
  if (!token) return invalid("email confirmation token required to sign PLC operations");
  return answer(await call.host.identity.signOperation(own.did, token, changes), (operation) => json({ operation }));
};
