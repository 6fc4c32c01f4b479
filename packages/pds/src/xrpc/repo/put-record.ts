import { type Handler, answer, atUri, isFault, json } from "../call.ts";
import { renewPictures } from "../../write/old-pictures.ts";
import { prepareOp } from "../../write/prepare.ts";
import { ownRepo } from "../repo-access.ts";
import { rateHeaders } from "../rate-headers.ts";

interface Input {
  repo: string;
  collection: string;
  rkey: string;
  validate?: boolean;
  record: unknown;
  swapRecord?: string | null;
  swapCommit?: string;
}

/** com.atproto.repo.putRecord: create or update, whichever the state asks for. */
export const putRecord: Handler = async (call) => {
  const { repo, collection, rkey, validate, record, swapRecord, swapCommit } = call.input as Input;
  const agent = await ownRepo(call, repo);
  if (isFault(agent)) return agent;
  const renewed = await renewPictures(call.host.agent(agent.did), { collection, rkey, record });
  if (!renewed.ok) return renewed.error;
  const prepared = prepareOp({ action: "put", collection, rkey, record: renewed.value, validate, swapRecord });
  if (!prepared.ok) return prepared.error;
  const { op, validationStatus } = prepared.value;
  const written = await call.host.agent(agent.did).write({ ops: [op], swapCommit });
  return answer(written, ({ commit, results, rate }) =>
    json({ uri: atUri(agent.did, collection, rkey), cid: results[0]?.cid, commit, validationStatus }, rateHeaders(rate)),
  );
};
