/** Repository, collection and key of an at-uri, by DID. */
export interface Address {
  repo: string;
  collection: string;
  rkey: string;
}

/** @throws TypeError for what is not the at-uri of a record. */
export const addressOf = (uri: string): Address => {
  const [, repo, collection, rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  if (repo === undefined || collection === undefined || rkey === undefined) throw new TypeError(`Not the at-uri of a record: ${uri}`);
  return { repo, collection, rkey };
};
