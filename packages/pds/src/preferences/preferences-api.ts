/** What applications keep with the account, and the tokens it is known by at other services. Part of the agent's RPC surface. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the room's first method takes this line's place
export interface PreferencesApi {}
