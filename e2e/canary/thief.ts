import { createDecipheriv, hkdfSync } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unwrapKey } from "../../packages/pds/src/keys/wrap.ts";

/** Where an entry of an agent's vault is: nonce (12) | ciphertext | tag (16). */
interface Row {
  kind: Uint8Array;
  id: Uint8Array;
  data: Uint8Array;
}

const decrypt = (key: Uint8Array, { kind, id, data }: Row): Buffer => {
  const decipher = createDecipheriv("aes-256-gcm", key, data.subarray(0, 12));
  decipher.setAAD(Buffer.concat([kind, id]));
  decipher.setAuthTag(data.subarray(data.length - 16));
  return Buffer.concat([decipher.update(data.subarray(12, data.length - 16)), decipher.final()]);
};

/** Everything that is in an agent's database and opens with the master key, by the agent's DID. */
const openAgent = (path: string, masterKey: Uint8Array): [string, Buffer] | undefined => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const isAgent = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'account'").get() !== undefined;
    if (!isAgent) return undefined;
    const did = String(database.prepare("SELECT did FROM account").get()?.["did"]);
    const secrets = database.prepare("SELECT name, wrapped FROM secret").all().map(({ name, wrapped }) => ({ name, key: unwrapKey(masterKey, did, wrapped as Uint8Array) }));
    const vault = secrets.find(({ name }) => name === "vault");
    const opened: Buffer[] = secrets.map(({ key }) => Buffer.from(key));
    if (vault !== undefined) {
      const key = new Uint8Array(hkdfSync("sha256", vault.key, "", "rookery vault seal v1", 32));
      for (const { kind, id, data } of database.prepare("SELECT kind, id, data FROM vault").all()) opened.push(decrypt(key, { kind: kind as Uint8Array, id: id as Uint8Array, data: data as Uint8Array }));
    }
    return [did, Buffer.concat(opened)];
  } finally {
    database.close();
  }
};

/**
 * What somebody makes of a copied state folder with the master key that lies in it: all that agents keep, opened, by their DIDs.
 * @throws Error when something does not open: then this thief is not the one to be afraid of.
 */
export const ransack = (folder: string): Map<string, Buffer> => {
  const loot = mkdtempSync(join(tmpdir(), "rookery-thief-"));
  try {
    cpSync(folder, loot, { recursive: true });
    const { encryptionMasterKey } = JSON.parse(readFileSync(join(loot, "secrets.json"), "utf8")) as { encryptionMasterKey: string };
    const agents = join(loot, "state/do/rookery-Agent");
    const files = readdirSync(agents).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
    const opened = files.map((name) => openAgent(join(agents, name), Buffer.from(encryptionMasterKey, "base64url")));
    return new Map(opened.filter((one) => one !== undefined));
  } finally {
    rmSync(loot, { recursive: true, force: true });
  }
};
