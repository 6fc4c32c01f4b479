import { type AgentApi, type Handler, type Host, json } from "@rookery/pds";
import { type Outcome, ok } from "@rookery/sync";
import { publicationOf, SCHEMAS } from "./published.ts";

/** Name of the account that holds the colony's lexicons, in front of its domain. Reserved, so that nobody else has it. */
const LEXICONS_NAME = "lexicons";

/** Under which the account is made: whoever asks again gets the same one. */
const MAKING = "rookery: account of the colony's lexicons";

/** Records of a page, as many as the object gives out, and pages at most: ten times as many lexicons as there are. */
const PAGE = 100;
const MAX_PAGES = 10;

/** Operations in one commit (com.atproto.sync.subscribeRepos#commit). */
const MAX_OPS = 200;

/**
 * POST /admin/lexicons/publish: our lexicons become `com.atproto.lexicon.schema` records of the colony's own account for
 * them, which is made at the first time. What is there already stays, what has changed is updated, what is gone is deleted;
 * so it may be asked for at any time. Errors: those of making an account and of writing.
 */
export const publishLexicons: Handler = async ({ host }) => {
  const handle = `${LEXICONS_NAME}${host.handleDomains[0]}`;
  const account = await host.createAccount({ handle, allowReserved: true, keys: "self", idempotencyKey: MAKING });
  if (!account.ok) return account.error;
  const { did } = account.value;
  const published = await publish(host.agent(did));
  return published.ok ? json({ did, handle, ...published.value }) : published.error;
};

interface Published {
  created: string[];
  updated: string[];
  deleted: string[];
  unchanged: number;
}

async function publish(agent: ReturnType<Host["agent"]>): Promise<Outcome<Published>> {
  const held = await heldBy(agent);
  if (!held.ok) return held;
  const publication = publicationOf(held.value);
  if (!publication.ok) return publication;
  const { ops, unchanged } = publication.value;
  for (let start = 0; start < ops.length; start += MAX_OPS) {
    const written = await agent.write({ ops: ops.slice(start, start + MAX_OPS) });
    if (!written.ok) return written;
  }
  const named = (wanted: (rkey: string, action: string) => boolean): string[] => ops.filter(({ rkey, action }) => wanted(rkey, action)).map(({ rkey }) => rkey);
  return ok({
    created: named((rkey, action) => action === "put" && !held.value.has(rkey)),
    updated: named((rkey, action) => action === "put" && held.value.has(rkey)),
    deleted: named((_, action) => action === "delete"),
    unchanged,
  });
}

/** What is published now: record keys and CIDs. */
async function heldBy(agent: Pick<AgentApi, "listRecords">): Promise<Outcome<Map<string, string>>> {
  const held = new Map<string, string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const listed = await agent.listRecords({ collection: SCHEMAS, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    if (!listed.ok) return listed;
    for (const { rkey, cid } of listed.value.records) held.set(rkey, cid);
    cursor = listed.value.cursor;
    if (cursor === undefined) break;
  }
  return ok(held);
}
