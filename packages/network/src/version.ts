/** Version of the software, as `_health` and the colony's card tell it. */
export const VERSION = "0.1.0";
