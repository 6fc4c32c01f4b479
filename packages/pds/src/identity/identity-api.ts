/** The account's keys and what its DID document says of them. Part of the agent's RPC surface. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the room's first method takes this line's place
export interface IdentityApi {}
