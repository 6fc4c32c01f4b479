/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. Part of the agent's RPC surface. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the room's first method takes this line's place
export interface CredentialsApi {}
