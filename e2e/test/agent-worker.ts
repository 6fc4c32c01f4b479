import { agentOnce } from "./agent-once.ts";

export default {
  /** Is the agent that the request says, once, and answers what came of it. */
  async fetch(request: Request): Promise<Response> {
    return Response.json(await agentOnce(await request.json()));
  },
};
