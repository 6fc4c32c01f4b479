// https://atproto.com/specs/did
const DID = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/;

/** Whether `value` is a DID by syntax. */
export const isDid = (value: unknown): value is string => typeof value === "string" && value.length <= 2048 && DID.test(value);

/** The DID that an at-uri begins with; undefined when it begins with a handle or is no at-uri. */
export function didOfUri(uri: string): string | undefined {
  if (!uri.startsWith("at://")) return undefined;
  const [authority] = uri.slice("at://".length).split("/", 1);
  return isDid(authority) ? authority : undefined;
}
