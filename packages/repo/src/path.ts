/** Longest tree key (`collection/rkey`), in characters; the reference caps it here. */
const MAX_MST_KEY = 1024;

const RECORD_KEY = /^[a-zA-Z0-9_~.:-]{1,512}$/;
const NSID = /^[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/;
const MST_KEY = /^[a-zA-Z0-9_~.:-]+\/[a-zA-Z0-9_~.:-]+$/;

/** A record key by the AT Protocol "Record Key" syntax: 1 to 512 of `A-Za-z0-9_~.:-`, but not `.` or `..`. */
export function isValidRecordKey(rkey: string): boolean {
  return RECORD_KEY.test(rkey) && rkey !== "." && rkey !== "..";
}

/** A namespaced identifier by the AT Protocol "NSID" syntax: at most 317 characters, three segments or more. */
export function isValidNsid(nsid: string): boolean {
  return nsid.length <= 317 && NSID.test(nsid);
}

/** A key the tree accepts: two non-empty segments of the record-key alphabet around one slash, 1024 characters at most. */
export function isValidMstKey(key: string): boolean {
  return key.length <= MAX_MST_KEY && MST_KEY.test(key);
}

/** `collection/rkey` in its two parts. Throws PathError with the value when either breaks its syntax. */
export function splitPath(path: string): { collection: string; rkey: string } {
  const slash = path.indexOf("/");
  const collection = path.slice(0, slash);
  const rkey = path.slice(slash + 1);
  if (slash < 0 || !isValidNsid(collection) || !isValidRecordKey(rkey)) throw new PathError(`not a record path: ${path.slice(0, 200)}`);
  return { collection, rkey };
}

/** A record path or tree key that breaks its syntax. */
export class PathError extends Error {
  override readonly name = "PathError";
}
