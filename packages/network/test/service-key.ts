import { P256PrivateKey } from "@atcute/crypto";

/** The private key of the services in the tests' DID documents, which both the fake service and the tests hold. */
export const serviceKey = (): Promise<P256PrivateKey> => P256PrivateKey.importRaw(new Uint8Array(32).fill(21));
