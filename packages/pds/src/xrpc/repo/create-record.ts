import { type Handler, answer, atUri, isFault, json } from "../call.ts";
import { prepareOp } from "../../write/prepare.ts";
import { replacesOthers } from "../../store/record-links.ts";
import { ownRepo } from "../repo-access.ts";
import { rateHeaders } from "../rate-headers.ts";

interface Input {
  repo: string;
  collection: string;
  rkey?: string;
  validate?: boolean;
  record: unknown;
  swapCommit?: string;
}

/** com.atproto.repo.createRecord */
export const createRecord: Handler = async (call) => {
  const { repo, collection, rkey, validate, record, swapCommit } = call.input as Input;
  const agent = await ownRepo(call, repo);
  if (isFault(agent)) return agent;
  const prepared = prepareOp({ action: "create", collection, rkey, record, validate });
  if (!prepared.ok) return prepared.error;
  const { op, validationStatus } = prepared.value;
  const written = await call.host.agent(agent.did).write({ ops: [op], swapCommit, ...(validate !== false && replacesOthers(collection) ? { replacesLinked: true } : {}) });
  return answer(written, ({ commit, results, rate }) =>
    json(
      { uri: atUri(agent.did, collection, op.rkey), cid: results[0]?.cid, commit, validationStatus },
      rateHeaders(rate),
    ),
  );
};
