/** Bounds of reserved signing keys. Anybody may reserve one: they cost a row each, until they are taken or too old. */

/** The reference keeps them for ever; a move that takes longer than this reserves again. */
export const RESERVED_KEY_LIFE = 30 * 24 * 60 * 60 * 1000;

/** Beyond these nothing more is reserved until some are taken or too old: one that is in somebody's DID is never dropped for another. */
export const MAX_RESERVED_KEYS = 100_000;

/** Rows that a rotation of the master key wraps at a time. */
export const RESERVED_KEY_PAGE = 100;
