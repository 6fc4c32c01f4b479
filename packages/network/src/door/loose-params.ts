/**
 * Parameters in which `name[]` and `name[0]` are spellings of `name`, as old clients write lists: the reference still takes them
 * of a few methods (xrpc-server, `paramsParseLoose`).
 */
export const looseParams = (search: URLSearchParams): URLSearchParams => {
  const plain = new URLSearchParams();
  const listed = new URLSearchParams();
  for (const [name, value] of search) {
    const bare = /^([^[]*)\[\d*\]$/.exec(name)?.[1];
    if (bare === undefined) plain.append(name, value);
    else listed.append(bare, value);
  }
  for (const [name, value] of listed) plain.append(name, value);
  return plain;
};
