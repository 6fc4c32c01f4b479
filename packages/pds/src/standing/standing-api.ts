/** Whether the account takes part: deactivated, taken down, suspended, deleted, its handle; and what of it was taken down. Part of the agent's RPC surface. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the room's first method takes this line's place
export interface StandingApi {}
