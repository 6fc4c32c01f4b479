import type { FoundKeyRecord } from "../src/index.ts";

/** Of whom keys are asked. */
export const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";
/** CIDs of his records, in order. */
export const CIDS = ["bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uwpkebk2ttp2agwh3eu", "bafyreigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"];

/** Bob's host: what it holds of key records, newest first. */
export class Host {
  readonly records: FoundKeyRecord[] = [];
  failing = false;

  publish = async (collection: string, rkey: string, value: Record<string, unknown>) => {
    if (this.failing) throw new Error("down");
    const sent = { uri: `at://${BOB}/${collection}/${rkey}`, cid: CIDS[this.records.length] ?? "" };
    this.records.unshift({ ...sent, value });
    return sent;
  };

  find = async (_collection: string, rkey: string) => this.records.find(({ uri }) => uri.endsWith(rkey));
  list = async () => this.records.map(({ uri }) => uri);
  prove = async (uri: string) => this.records.find((record) => record.uri === uri);
}
