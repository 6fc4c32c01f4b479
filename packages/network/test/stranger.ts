import { env } from "cloudflare:test";
import { P256PrivateKey } from "@atcute/crypto";
import { cidToString, type LexMap } from "@rookery/repo";
import type { DeliveryHint } from "@rookery/sync";
import { TestAgent } from "../../sync/test/agent.ts";
import { networkStub } from "../src/host/stubs.ts";
import { didOf, signGenesis, type PlcOperation } from "../src/provisioning/operation.ts";
import { PlcClient } from "../src/provisioning/plc-client.ts";

/** Somebody whose account is on a host that is no peer. */
export interface Stranger {
  did: string;
  /** Make the DID known to the directory; until then it does not resolve. */
  publish: () => Promise<void>;
  /** Write messages in one commit each, and give what proves them, as an upstream hands it on. */
  write: (rkey: string, to: string[], text: string) => void;
  /** Hand proofs of records on to the network's relay. */
  deliver: (...rkeys: string[]) => Promise<void>;
  agent: TestAgent;
}

const COLLECTION = "agent.comms.message";

export const stranger = async (): Promise<Stranger> => {
  const key = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
  const rotationKey = await P256PrivateKey.importRaw(new Uint8Array(32).fill(5));
  const genesis: PlcOperation = await signGenesis({
    handle: "stranger.example.com", endpoint: "https://pds.example.com", signingKey: key.didKey, rotationKeys: [await rotationKey.exportPublicKey("did")], rotationKey,
  });
  const did = didOf(genesis);
  const agent = new TestAgent(did, key);
  const sent = new Map<string, string[]>();
  return {
    did,
    agent,
    publish: async () => {
      const posted = await new PlcClient(env.PLC_URL).submitGenesis(did, genesis);
      if (!posted.ok) throw new Error(posted.error.message);
    },
    write: (rkey, to, text) => {
      const record: LexMap = { $type: COLLECTION, to, content: [{ $type: "agent.comms.defs#text", text }], createdAt: "2026-11-21T00:00:00.000Z" };
      agent.commit([{ action: "create", path: `${COLLECTION}/${rkey}`, record }]);
      sent.set(rkey, to);
    },
    deliver: async (...rkeys) => {
      const records = rkeys.map((rkey) => {
        const path = `${COLLECTION}/${rkey}`;
        const cid = agent.cidAt(path);
        const to = sent.get(rkey) ?? [];
        const hint: DeliveryHint = cid === null ? { path, action: "delete", to } : { path, action: "create", to, cid: cidToString(cid) };
        return { author: did, hint, rev: agent.latest.rev, proof: agent.proof(path) };
      });
      const taken = await networkStub(env).deliver(records);
      if (!taken.ok) throw new Error(taken.error.message);
    },
  };
};
