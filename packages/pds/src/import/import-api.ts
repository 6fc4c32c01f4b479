/** A repository that comes from another host. Part of the agent's RPC surface. */
// oxlint-disable-next-line typescript/no-empty-object-type -- the room's first method takes this line's place
export interface ImportApi {}
