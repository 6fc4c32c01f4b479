import { followOnce } from "./follow-once.ts";

export default {
  /** Follows what the request says, and answers what was told. */
  async fetch(request: Request): Promise<Response> {
    return Response.json(await followOnce(await request.json()));
  },
};
