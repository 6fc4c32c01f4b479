import { type Handler, answer, json } from "../call.ts";

/** com.atproto.sync.listRepos */
export const listRepos: Handler = async ({ params, host }) => {
  const { limit, cursor } = params as { limit: number; cursor?: string };
  return answer(await host.listRepos({ limit, ...(cursor === undefined ? {} : { cursor }) }), json);
};
