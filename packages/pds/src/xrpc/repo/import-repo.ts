import { type Handler, answer, empty, fault, invalid, isFault } from "../call.ts";
import { MAX_IMPORT_BYTES } from "../../import/limits.ts";
import { barOf } from "../../standing/standing.ts";
import { ownAgent } from "../repo-access.ts";

/** Media type of a CAR (the method's lexicon). */
const CAR = "application/vnd.ipld.car";

/** com.atproto.repo.importRepo: the repository in the body takes the place of the account's. */
export const importRepo: Handler = async (call) => {
  const { headers, body } = call.request;
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== CAR) return invalid(`Wrong request encoding (Content-Type): ${type}`);
  if (Number(headers.get("content-length") ?? 0) > MAX_IMPORT_BYTES) return fault(413, "PayloadTooLarge", `Request entity too large: more than ${MAX_IMPORT_BYTES} bytes`);
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  // Before any of it is read; the object looks once more before it takes it.
  const account = await agent.stub.getStatus();
  const barred = account.ok ? barOf({ status: account.value.status ?? null }) : account.error;
  if (barred !== undefined) return barred;
  return answer(await agent.stub.importRepo({ car: body ?? new Blob([]).stream() }), empty);
};
