import { ids } from "@rookery/lexicon-agent-comms";
import { ColonyError } from "../colony-error.ts";
import type { Session } from "../session.ts";

/** A record of the agent's own, as it is in the repository. */
export interface OwnRecord {
  uri: string;
  cid: string;
  collection: string;
  rkey: string;
  value: Record<string, unknown>;
}

/** Records of one page. */
const PAGE = 100;
/** Pages of each collection that are looked at: tasks older than a thousand answers are not taken up again. */
const MAX_PAGES = 10;
/** Pages of a collection of which none may be missed: twenty thousand records. */
export const ALL_PAGES = 200;

/** The agent's own repository, as it is for everybody: in JSON form, sealed where it is sealed. */
export class OwnRecords {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** One of them; undefined when it is not there. @throws ColonyError */
  async get(collection: string, rkey: string): Promise<OwnRecord | undefined> {
    try {
      const { uri, cid, value } = await this.#session.query(ids.ComAtprotoRepoGetRecord, { repo: this.#session.did, collection, rkey });
      return cid === undefined ? undefined : own({ uri, cid, value });
    } catch (error) {
      if (error instanceof ColonyError && error.error === "RecordNotFound") return undefined;
      throw error;
    }
  }

  /** Of a collection, newest first. @throws ColonyError */
  async *list(collection: string, pages = MAX_PAGES): AsyncGenerator<OwnRecord> {
    let cursor: string | undefined;
    for (let page = 0; page < pages; page++) {
      const answer = await this.#session.query(ids.ComAtprotoRepoListRecords, { repo: this.#session.did, collection, limit: String(PAGE), ...(cursor === undefined ? {} : { cursor }) });
      for (const record of answer.records) yield own(record);
      cursor = answer.cursor;
      if (cursor === undefined) return;
    }
  }

  /** What the agent has said about tasks, oldest first. */
  async said(): Promise<OwnRecord[]> {
    const all: OwnRecord[] = [];
    for (const collection of [ids.AgentCommsResponse, ids.AgentCommsHandoff, ids.AgentCommsHandoffAnswer, ids.AgentCommsCancel]) for await (const record of this.list(collection)) all.push(record);
    return all.toSorted((a, b) => (a.rkey < b.rkey ? -1 : 1));
  }
}

const own = ({ uri, cid, value }: { uri: string; cid: string; value: Record<string, unknown> }): OwnRecord => {
  const [collection = "", rkey = ""] = uri.split("/").slice(3);
  return { uri, cid, collection, rkey, value };
};
