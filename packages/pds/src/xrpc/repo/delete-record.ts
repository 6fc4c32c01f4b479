import { type Handler, answer, isFault, json } from "../call.ts";
import { prepareOp } from "../../write/prepare.ts";
import { ownRepo } from "../repo-access.ts";
import { rateHeaders } from "../rate-headers.ts";

interface Input {
  repo: string;
  collection: string;
  rkey: string;
  swapRecord?: string;
  swapCommit?: string;
}

/** com.atproto.repo.deleteRecord: deleting what is not there succeeds and changes nothing. */
export const deleteRecord: Handler = async (call) => {
  const { repo, collection, rkey, swapRecord, swapCommit } = call.input as Input;
  const agent = await ownRepo(call, repo);
  if (isFault(agent)) return agent;
  const prepared = prepareOp({ action: "delete", collection, rkey, swapRecord });
  if (!prepared.ok) return prepared.error;
  const written = await call.host.agent(agent.did).write({ ops: [prepared.value.op], swapCommit });
  return answer(written, ({ commit, rate }) => json({ commit }, rateHeaders(rate)));
};
