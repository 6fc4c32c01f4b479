/** Accounts for tests: a repository in memory that signs commits and tells them as an agent does. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { toBase58Btc } from "@atcute/multibase";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { BlockMap, carBytes, cidOf, derToCompact, encode, signCommit, tidOf, Tree, type CidBytes, type LexMap } from "@rookery/repo";
import type { CommitBody, CommitOp, SyncBody } from "../src/frame.ts";

/** SHA-256 of bytes, by Node. */
export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

/** Numbers that are the same on every run (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** One write to a test agent's repository. */
export interface Change {
  action: "create" | "update" | "delete";
  path: string;
  record?: LexMap;
}

/** When everything happens. */
export const TIME = "2026-11-21T10:00:00.000Z";

/** One account: its repository, its key, and the commits it tells of. */
export class TestAgent {
  readonly did: string;
  readonly didKey: string;
  readonly #sign: (bytes: Uint8Array) => Uint8Array;
  readonly #blocks = new BlockMap();
  #tree: Tree;
  #root: CidBytes;
  #rev: string | null = null;
  #clock = 1_700_000_000_000_000;
  #last: { cid: CidBytes; bytes: Uint8Array } | undefined;

  /**
   * @param keyOf an agent whose signing key this one has too: a fork of the same account.
   * @param curve of its own key.
   */
  constructor(did: string, keyOf?: TestAgent, curve: "P-256" | "secp256k1" = "P-256") {
    this.did = did;
    this.#tree = Tree.open(this.#blocks, null, sha256);
    this.#root = this.#flush();
    const { didKey, sign: own } = keyOf === undefined ? (curve === "P-256" ? p256Key() : secp256k1Key()) : { didKey: keyOf.didKey, sign: keyOf.#sign };
    this.didKey = didKey;
    this.#sign = own;
  }

  /** Let time pass, in microseconds. */
  wait(micros: number): void {
    this.#clock += micros;
  }

  get root(): CidBytes {
    return this.#root;
  }

  /** Apply changes and sign: what goes into `#commit`. */
  commit(changes: Change[]): CommitBody {
    const since = this.#rev;
    const prevData = this.#root;
    const records: { cid: CidBytes; bytes: Uint8Array }[] = [];
    const ops = changes.map(({ action, path, record }): CommitOp => {
      const prev = this.#tree.get(path);
      if (action === "delete" || record === undefined) {
        this.#tree.delete(path);
        return { action, path, cid: null, ...(prev === null ? {} : { prev }) };
      }
      const bytes = encode(record);
      const cid = cidOf(sha256, bytes);
      records.push({ cid, bytes });
      this.#blocks.set(cid, bytes);
      this.#tree.put(path, cid);
      return { action, path, cid, ...(prev === null ? {} : { prev }) };
    });
    this.#root = this.#flush();
    const rev = tidOf((this.#clock += 1_000), 7);
    this.#rev = rev;
    const commit = signCommit({ did: this.did, data: this.#root, rev }, this.#sign, sha256);
    this.#last = commit;
    const proof = this.#tree.coveringProof(changes.map(({ path }) => path));
    // The root's node is part of every event, also of one without ops.
    const nodes = proof.length > 0 ? proof : [{ cid: this.#root, bytes: this.#blocks.get(this.#root) ?? new Uint8Array() }];
    const blocks = carBytes(commit.cid, [commit, ...nodes, ...records]);
    return { repo: this.did, commit: commit.cid, rev, since, blocks, ops, ...(since === null ? {} : { prevData }), time: TIME };
  }

  /** `#sync` for the last commit. */
  sync(): SyncBody {
    if (this.#last === undefined || this.#rev === null) throw new Error("no commit yet");
    return { did: this.did, rev: this.#rev, blocks: carBytes(this.#last.cid, [this.#last]), time: TIME };
  }

  /** The whole repository as its host gives it (com.atproto.sync.getRepo). */
  archive(): Uint8Array {
    if (this.#last === undefined) throw new Error("no commit yet");
    const blocks = Array.from(this.#tree.walk(), (step) => {
      const cid = step.kind === "node" ? step.ref.cid : step.cid;
      return { cid, bytes: this.#blocks.get(cid) ?? new Uint8Array() };
    });
    return carBytes(this.#last.cid, [this.#last, ...blocks]);
  }

  /** Proof of what is, or is not, at a path (com.atproto.sync.getRecord). */
  proof(path: string): Uint8Array {
    if (this.#last === undefined) throw new Error("no commit yet");
    const cid = this.#tree.get(path);
    const bytes = cid === null ? undefined : this.#blocks.get(cid);
    return carBytes(this.#last.cid, [this.#last, ...this.#tree.coveringProof([path]), ...(cid === null || bytes === undefined ? [] : [{ cid, bytes }])]);
  }

  /** CID of the record at a path; null when there is none. */
  cidAt(path: string): CidBytes | null {
    return this.#tree.get(path);
  }

  /** Where the repository stands. */
  get latest(): { cid: CidBytes; rev: string } {
    if (this.#last === undefined || this.#rev === null) throw new Error("no commit yet");
    return { cid: this.#last.cid, rev: this.#rev };
  }

  #flush(): CidBytes {
    const delta = this.#tree.flush(() => 0);
    for (const { cid, bytes } of delta.written) this.#blocks.set(cid, bytes);
    return delta.root.cid;
  }
}

interface SigningKey {
  didKey: string;
  sign: (bytes: Uint8Array) => Uint8Array;
}

function p256Key(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ format: "der", type: "spki" });
  const point = spki.subarray(-65);
  const didKey = `did:key:z${toBase58Btc(Uint8Array.from([0x80, 0x24, 2 + ((point[64] ?? 0) & 1), ...point.subarray(1, 33)]))}`;
  return { didKey, sign: (bytes) => derToCompact(sign("sha256", bytes, privateKey)) };
}

function secp256k1Key(): SigningKey {
  const { secretKey, publicKey } = secp256k1.keygen();
  return { didKey: `did:key:z${toBase58Btc(Uint8Array.from([0xe7, 0x01, ...publicKey]))}`, sign: (bytes) => secp256k1.sign(bytes, secretKey) };
}

/** One to five random changes on distinct paths of an agent whose records are in `paths`. */
export function randomChanges(random: (below: number) => number, paths: Set<string>): Change[] {
  const changes = new Map<string, Change>();
  for (let count = 1 + random(5); count > 0; count--) {
    const record = { $type: "app.bsky.feed.post", text: `text ${random(1e9)}` };
    const existing = [...paths].filter((path) => !changes.has(path));
    const old = existing[random(existing.length || 1)];
    const kind = random(4);
    if (old === undefined || kind < 2) {
      const path = `app.bsky.feed.post/${random(1e9).toString(32)}x`;
      if (!paths.has(path)) changes.set(path, { action: "create", path, record });
    } else changes.set(old, kind === 2 ? { action: "update", path: old, record } : { action: "delete", path: old });
  }
  for (const { action, path } of changes.values()) if (action === "delete") paths.delete(path);
  for (const { action, path } of changes.values()) if (action === "create") paths.add(path);
  return [...changes.values()];
}
