import type { AccountStanding } from "@rookery/agent-relay";
import type { AgentApi } from "@rookery/pds";
import { carBytes, cidFromString, cidKey, readCar } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import { createHash } from "node:crypto";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** Where an account stands, in the words of `#identity` and `#sync`. `BlockNotFound` when it was written to in between: ask again. */
export const standingOf = async (agent: AgentApi): Promise<Outcome<AccountStanding>> => {
  const account = await agent.getAccount();
  if (!account.ok) return account;
  const head = await agent.getHead();
  if (!head.ok) return head;
  const { cid, rev } = head.value;
  const blocks = await agent.getBlocks({ cids: [cid] });
  if (!blocks.ok) return blocks;
  const root = cidFromString(cid);
  const bytes = readCar(blocks.value, sha256).blocks.get(cidKey(root));
  if (bytes === undefined) throw new Error(`getBlocks left ${cid} out`);
  return ok({ handle: account.value.handle, head: cid, rev, commitCar: carBytes(root, [{ cid: root, bytes }]) });
};
