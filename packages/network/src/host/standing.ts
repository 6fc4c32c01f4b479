import type { AccountStanding } from "@rookery/agent-relay";
import type { AgentApi } from "@rookery/pds";
import { carBytes, cidFromString, cidKey, readCar } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { createHash } from "node:crypto";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** Where an account stands, in the words of `#account`, `#identity` and `#sync`. Any status below 500 says that there is no such account. */
export const standingOf = async (agent: AgentApi): Promise<Outcome<AccountStanding>> => {
  const account = await agent.getAccount();
  if (!account.ok) return account;
  const { active, status, handle } = account.value;
  if (!active && status !== undefined) return ok({ active: false, status });
  const head = await agent.getHead();
  const blocks = head.ok ? await agent.syncBlocks({ reader: "owner", cids: [head.value.cid] }) : head;
  // Written to in between: the account is there, and is asked again.
  if (!head.ok || !blocks.ok) return fail(503, "NotReady", blocks.ok ? "no commit" : blocks.error.message);
  const { cid, rev } = head.value;
  const root = cidFromString(cid);
  const bytes = readCar(new Uint8Array(await new Response(blocks.value.car).arrayBuffer()), sha256).blocks.get(cidKey(root));
  if (bytes === undefined) throw new Error(`syncBlocks left ${cid} out`);
  return ok({ active: true, handle, head: cid, rev, commitCar: carBytes(root, [{ cid: root, bytes }]) });
};
