import type { P256PrivateKey } from "@atcute/crypto";
import { encode } from "@rookery/repo";
import { type PlcOperation, operationCid } from "../provisioning/operation.ts";
import type { LegacyGenesis, PlcData } from "./data.ts";

/** An operation that follows `last` and says `data`, signed by one of the rotation keys of `last` (did:plc specification, "DID Update"). */
export const signUpdate = async (last: PlcOperation | LegacyGenesis, data: PlcData, key: P256PrivateKey): Promise<PlcOperation> => {
  const unsigned = { type: "plc_operation" as const, ...data, prev: operationCid(last) };
  const signature = await key.sign(encode(unsigned));
  return { ...unsigned, sig: Buffer.from(signature).toString("base64url") };
};
