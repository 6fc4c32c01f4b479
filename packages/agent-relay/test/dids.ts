/** The DID of account `i` of a test. */
export const did = (i: number) => `did:plc:${String(i).padStart(24, "a")}`;
