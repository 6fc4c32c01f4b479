import { env, runInDurableObject } from "cloudflare:test";
import { generateKeyPairSync } from "node:crypto";
import type { AgentApi, ProvisionInput } from "../src/agent-api.ts";
import type { Job } from "../src/scheduler.ts";
import { wrapKey } from "../src/keys/wrap.ts";
import { hashGeneratedPassword } from "../src/sessions/password.ts";
import { type WriteInput, prepareOp } from "../src/write/prepare.ts";
import type { TestAgent } from "./worker.ts";
import { world } from "./worker.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      AGENT: DurableObjectNamespace<TestAgent>;
    }
  }
}

export const PASSWORD = "generated-credential-of-the-tests";

let count = 0;

export interface Made {
  did: string;
  stub: DurableObjectStub<TestAgent>;
  api: AgentApi;
  /** Raw public key, SEC 1 uncompressed. */
  publicKey: Uint8Array;
}

/** The object of a DID, provisioned or not. */
export function objectOf(did: string): Pick<Made, "stub" | "api"> {
  const stub = env.AGENT.get(env.AGENT.idFromName(did));
  // Too deep for the compiler; the class implements it.
  const api: unknown = stub;
  return { stub, api: api as AgentApi };
}

/** A DID nobody has. */
export function newDid(): string {
  count++;
  return `did:plc:${count.toString(2).padStart(24, "0").replaceAll("0", "a").replaceAll("1", "b")}`;
}

/** What an agent that is not made yet is made with. */
export function unborn(): ProvisionInput {
  return inputOf(newDid()).input;
}

const inputOf = (did: string): { input: ProvisionInput; publicKey: Uint8Array } => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pkcs8 = new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }));
  const input = { did, handle: `agent${count}.test`, wrappedSigningKey: wrapKey(world.masterKey, did, pkcs8), passwordHash: hashGeneratedPassword(PASSWORD) };
  return { input, publicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" })).slice(-65) };
};

export async function makeAgent(wanted: Partial<ProvisionInput> = {}): Promise<Made> {
  const did = newDid();
  const { input, publicKey } = inputOf(did);
  const made = objectOf(did);
  const outcome = await made.api.provision({ ...input, ...wanted });
  if (!outcome.ok) throw new Error(outcome.error.message);
  return { did, ...made, publicKey };
}

/** The alarm rings: whatever is due by now is done when this has ended. */
export const ringAlarm = ({ stub }: Pick<Made, "stub">): Promise<void> => runInDurableObject(stub, (object) => object.alarm());

/** Whether an agent is to do something later. */
export const isWaiting = ({ stub }: Pick<Made, "stub">, job: Job): Promise<boolean> => runInDurableObject(stub, (object) => object.inside(async ({ scheduler }) => scheduler.isWaiting(job)));

/** A prepared op, which must be fine. */
export function op(input: WriteInput) {
  const prepared = prepareOp(input);
  if (!prepared.ok) throw new Error(prepared.error.message);
  return prepared.value.op;
}

export const note = (text: string, collection = "com.example.note") => ({ $type: collection, text, createdAt: "2026-11-21T00:00:00.000Z" });

export const create = (rkey: string, text = rkey, collection = "com.example.note") => op({ action: "create", collection, rkey, record: note(text, collection) });

/** The value of an outcome that must be fine. */
export function value<T>(outcome: { ok: true; value: T } | { ok: false; error: { name: string; message: string } }): T {
  if (!outcome.ok) throw new Error(`${outcome.error.name}: ${outcome.error.message}`);
  return outcome.value;
}
