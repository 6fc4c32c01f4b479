/** Version of what this package keeps, for whoever stores it. */
export const VERSION = 1;
