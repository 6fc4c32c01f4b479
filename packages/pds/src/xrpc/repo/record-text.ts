import { cborToJsonText } from "@rookery/repo";
import type { StoredRecord } from "../../agent-api.ts";
import { atUri } from "../call.ts";

/**
 * A record as the JSON text that getRecord and listRecords answer with, from its block in one pass. Collection, rkey and
 * CID are of alphabets that need no escaping.
 */
export const recordText = (did: string, { collection, rkey, cid, bytes }: StoredRecord): string =>
  `{"uri":"${atUri(did, collection, rkey)}","cid":"${cid}","value":${cborToJsonText(bytes)}}`;
