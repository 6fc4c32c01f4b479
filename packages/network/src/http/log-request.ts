/**
 * A line for a request that was answered, where the colony is asked to say all it does (`VERBOSE`): method, path, status. Never
 * the query, which says what somebody looked for.
 */
export const logRequest = (request: Request, status: number): void => {
  const path = URL.canParse(request.url) ? new URL(request.url).pathname : "";
  console.debug(`${request.method} ${path} ${status}`);
};
