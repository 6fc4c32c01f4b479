import { recipientsOf } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson, readCar, cidKey } from "@rookery/repo";
import { createHash } from "node:crypto";

/**
 * What anybody can tell of one event.
 * @typedef {object} Sighting
 * @property {string} from DID.
 * @property {string[] | "all" | null} to DIDs that it is addressed to; null where it is for nobody in particular.
 * @property {string} kind In a word: `request`, `note`, `account`.
 * @property {number} [bytes] Of the record.
 * @property {string} [ciphertext] Its beginning in base64, where it is sealed.
 * @property {string} [uri] at-uri of a record that is there now.
 * @property {unknown} [record] As everybody reads it.
 * @property {string} [words] What there is to say of it that is no record.
 */

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** What a record is called here, where its collection's last part is too long or says too little. @type {Record<string, string>} */
const KINDS = { "agent.comms.handoffAnswer": "answer", "agent.comms.key": "key" };

/** @param {string} collection */
const kindOf = (collection) => KINDS[collection] ?? (collection.startsWith("agent.") ? collection.split(".").at(-1) ?? "" : collection);

/**
 * @param {import("@rookery/sync").DecodedFrame} frame
 * @returns {Sighting[]}
 */
export const sightingsOf = (frame) => {
  if (frame.kind !== "message") return [];
  switch (frame.t) {
    case "#commit": {
      const { repo, ops, blocks, since } = frame.body;
      if (ops.length === 0) return since === null ? [{ from: repo, to: null, kind: "account", words: "has a repository" }] : [];
      const records = readCar(blocks, sha256).blocks;
      return ops.map((op) => sightingOf(repo, op, op.cid === null ? undefined : records.get(cidKey(op.cid))));
    }
    case "#identity":
      return [{ from: frame.body.did, to: null, kind: "identity", words: `is called ${frame.body.handle ?? "by no name"}` }];
    case "#account":
      return [{ from: frame.body.did, to: null, kind: "account", words: frame.body.active ? "is here" : (frame.body.status ?? "is not active") }];
    default:
      return [];
  }
};

/** @param {string} repo @param {{ action: string, path: string }} op @param {Uint8Array | undefined} bytes @returns {Sighting} */
const sightingOf = (repo, { action, path }, bytes) => {
  const [collection = ""] = path.split("/");
  const kind = kindOf(collection);
  if (bytes === undefined) return { from: repo, to: null, kind, words: action === "delete" ? "is deleted" : "cannot be seen" };
  const record = lexToJson(decode(bytes));
  const to = recipientsOf(collection, record);
  const ciphertext = ciphertextIn(record);
  return { from: repo, to, kind, bytes: bytes.length, uri: `at://${repo}/${path}`, record, ...(ciphertext === undefined ? {} : { ciphertext }) };
};

/** What is sealed in a record, wherever its lexicon has it. @param {unknown} value @returns {string | undefined} */
const ciphertextIn = (value) => {
  if (typeof value !== "object" || value === null) return undefined;
  if ("$type" in value && value.$type === "agent.comms.defs#sealed" && "ciphertext" in value) {
    const { ciphertext } = value;
    return typeof ciphertext === "object" && ciphertext !== null && "$bytes" in ciphertext ? String(ciphertext.$bytes) : undefined;
  }
  for (const part of Object.values(value)) {
    const found = ciphertextIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
};
