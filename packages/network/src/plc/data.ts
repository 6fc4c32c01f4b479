import type { PlcOperation } from "../provisioning/operation.ts";

/** What a did:plc says: the part of its operations that is about the DID. */
export type PlcData = Pick<PlcOperation, "rotationKeys" | "verificationMethods" | "alsoKnownAs" | "services">;

/** The first form of a genesis, which the oldest DIDs of the network still have (did:plc specification, "Legacy Creation Operation"). */
export interface LegacyGenesis {
  type: "create";
  signingKey: string;
  recoveryKey: string;
  handle: string;
  service: string;
  prev: null;
  sig: string;
}

/** What an operation makes of its DID. */
export const dataOf = (operation: PlcOperation | LegacyGenesis): PlcData => {
  if (operation.type === "plc_operation") {
    const { rotationKeys, verificationMethods, alsoKnownAs, services } = operation;
    return { rotationKeys, verificationMethods, alsoKnownAs, services };
  }
  const { signingKey, recoveryKey, handle, service } = operation;
  return {
    rotationKeys: [recoveryKey, signingKey],
    verificationMethods: { atproto: signingKey },
    alsoKnownAs: [handle.startsWith("at://") ? handle : `at://${handle.replace(/^https?:\/\//, "")}`],
    services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: /^https?:\/\//.test(service) ? service : `https://${service}` } },
  };
};
