import type { DidChange } from "@rookery/pds";
import type { PlcData } from "../plc/data.ts";

/**
 * What a DID says when a change is made; undefined when it says so already.
 */
export const changed = (data: PlcData, change: DidChange): PlcData | undefined => {
  if (change.kind === "signing-key")
    return data.verificationMethods.atproto === change.add ? undefined : { ...data, verificationMethods: { ...data.verificationMethods, atproto: change.add } };
  const { add, remove } = change;
  const kept = data.rotationKeys.filter((key) => key !== remove && key !== add);
  const rotationKeys = add === null ? kept : [add, ...kept];
  return rotationKeys.length === data.rotationKeys.length && rotationKeys.every((key, i) => key === data.rotationKeys[i]) ? undefined : { ...data, rotationKeys };
};
