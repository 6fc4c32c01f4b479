/** Codes that one call makes at most: the admin's own typing error is to be told, not carried out. */
export const MAX_CODES_AT_ONCE = 10_000;
