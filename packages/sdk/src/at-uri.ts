export { type Address, addressOf } from "@rookery/envelope";

/** The collection that an at-uri names; empty when it names none. */
export const collectionOf = (uri: string): string => uri.split("/")[3] ?? "";
