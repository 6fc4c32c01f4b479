import { collectionOf, kindOf, partsOf } from "@rookery/memory";

/** `kind/rkey`, as the index says it, to `collection/rkey`, as the repository does. */
export const keyOfPath = (path: string): string => {
  const { kind, rkey } = partsOf(path);
  return `${collectionOf[kind]}/${rkey}`;
};

/** The other way; undefined for what is no memory. */
export const pathOfKey = (key: string): string | undefined => {
  const slash = key.indexOf("/");
  const kind = kindOf(key.slice(0, slash));
  return kind === undefined ? undefined : `${kind}/${key.slice(slash + 1)}`;
};
