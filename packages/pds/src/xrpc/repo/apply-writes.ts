import type { XrpcFault } from "@rookery/sync";
import type { PreparedOp } from "../../agent-api.ts";
import { type Handler, answer, atUri, invalid, isFault, json } from "../call.ts";
import { prepareOp } from "../../write/prepare.ts";
import { ownRepo } from "../repo-access.ts";
import { rateHeaders } from "../rate-headers.ts";

/** Most operations in one commit (com.atproto.sync.subscribeRepos#commit). */
const MAX_WRITES = 200;

interface Write {
  $type: string;
  collection: string;
  rkey?: string;
  value?: unknown;
}

interface Input {
  repo: string;
  validate?: boolean;
  writes: Write[];
  swapCommit?: string;
}

const actions: Record<string, "create" | "update" | "delete"> = {
  "com.atproto.repo.applyWrites#create": "create",
  "com.atproto.repo.applyWrites#update": "update",
  "com.atproto.repo.applyWrites#delete": "delete",
};

interface Prepared {
  ops: PreparedOp[];
  statuses: ("valid" | "unknown" | undefined)[];
}

const prepareAll = (writes: Write[], validate: boolean | undefined): Prepared | XrpcFault => {
  const prepared: Prepared = { ops: [], statuses: [] };
  for (const [i, { $type, collection, rkey, value }] of writes.entries()) {
    const action = actions[$type];
    if (action === undefined) return invalid(`Action not supported: ${$type}`);
    const one = prepareOp({
      action,
      collection,
      ...(action === "delete" ? {} : { record: value }),
      rkey,
      validate,
      // As the reference names the place.
      path: ["writes", i, "record"],
    });
    if (!one.ok) return one.error;
    prepared.ops.push(one.value.op);
    prepared.statuses.push(one.value.validationStatus);
  }
  return prepared;
};

/** com.atproto.repo.applyWrites: all in one commit, or none. */
export const applyWrites: Handler = async (call) => {
  const { repo, validate, writes, swapCommit } = call.input as Input;
  const agent = await ownRepo(call, repo);
  if (isFault(agent)) return agent;
  if (writes.length > MAX_WRITES) return invalid(`Too many writes. Max: ${MAX_WRITES}`);
  const prepared = prepareAll(writes, validate);
  if (isFault(prepared)) return prepared;
  const stub = call.host.agent(agent.did);
  const written = await stub.write({ ops: prepared.ops, swapCommit });
  // Where nothing changed nothing was committed, and the newest commit says so: there is always one in the answer.
  const head = written.ok && written.value.commit === undefined ? await stub.getHead() : undefined;
  return answer(written, ({ commit, results, rate }) =>
    json(
      {
        commit: commit ?? (head?.ok === true ? { cid: head.value.cid, rev: head.value.rev } : undefined),
        results: results.map(({ action, collection, rkey, cid }, i) =>
          action === "delete"
            ? { $type: "com.atproto.repo.applyWrites#deleteResult" }
            : {
                $type: `com.atproto.repo.applyWrites#${action}Result`,
                uri: atUri(agent.did, collection, rkey),
                cid,
                validationStatus: prepared.statuses[i],
              },
        ),
      },
      rateHeaders(rate),
    ),
  );
};
