import { sha256 } from "@noble/hashes/sha2.js";
import { cidOf, cidToString, encode, jsonToLexMap } from "@rookery/repo";

/** The CID that a record has in a repository, whoever writes it there. */
export const cidOfRecord = (record: Record<string, unknown>): string => cidToString(cidOf(sha256, encode(jsonToLexMap(record))));
