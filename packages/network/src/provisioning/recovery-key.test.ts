import { P256PrivateKeyExportable } from "@atcute/crypto";
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, ORIGIN, freshName } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { door } from "../door/door.ts";
import type { PlcOperation } from "./operation.ts";

const newKey = async (): Promise<string> => (await P256PrivateKeyExportable.createKeypair()).exportPublicKey("did");
const lastOf = async (did: string): Promise<PlcOperation> => (await fetch(`${env.PLC_URL}/${did}/log/last`)).json();

let recovery: string;
let own: string;

beforeAll(async () => {
  recovery = await newKey();
  own = await configOf(env).rotation.current();
});

const ask = async <T>(nsid: string, json?: unknown, authorization = ADMIN): Promise<{ status: number; body: T }> => {
  const body = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
  const answer = await door(new Request(`${ORIGIN}${nsid}`, { headers: { "content-type": "application/json", authorization }, ...body }), { ...env, RECOVERY_DID_KEY: recovery });
  const text = await answer.text();
  return { status: answer.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
};

const register = async (more: Record<string, unknown> = {}): Promise<{ did: string; access: string }> => {
  const handle = `${freshName()}.test`;
  const { body } = await ask<{ did: string; accessJwt: string }>("/xrpc/com.atproto.server.createAccount", { handle, email: `${handle}@example.com`, password: "correct horse", ...more });
  return { did: body.did, access: `Bearer ${body.accessJwt}` };
};

describe("the operator's recovery key", () => {
  it("stands in every new DID before the colony's own key, and after the owner's", async () => {
    expect((await lastOf((await register()).did)).rotationKeys).toEqual([recovery, own]);
    const owners = await newKey();
    expect((await lastOf((await register({ recoveryKey: owners })).did)).rotationKeys).toEqual([owners, recovery, own]);
    expect((await lastOf((await register({ recoveryKey: recovery })).did)).rotationKeys).toEqual([recovery, own]);
  });

  it("is recommended to who comes from elsewhere", async () => {
    const { access } = await register();
    const { body } = await ask<{ rotationKeys: string[] }>("/xrpc/com.atproto.identity.getRecommendedDidCredentials", undefined, access);
    expect(body.rotationKeys).toEqual([recovery, own]);
  });

  it("is not the owner's: it is not taken for theirs, and goes when a DID is handed over", async () => {
    const { did } = await register();
    const owners = await newKey();
    expect((await ask("/admin/identity/recovery-key", { actor: did, recoveryKey: owners })).status).toBe(200);
    expect((await lastOf(did)).rotationKeys).toEqual([owners, recovery, own]);
    expect(await ask("/admin/identity/recovery-key", { actor: did, recoveryKey: recovery })).toMatchObject({ status: 400, body: { error: "InvalidRecoveryKey" } });
    const unowned = await register();
    expect(await ask("/xrpc/agent.network.destroyAgent", { did: unowned.did, plc: "handover" })).toMatchObject({ status: 400, body: { error: "RecoveryKeyRequired" } });
    expect((await ask("/xrpc/agent.network.destroyAgent", { did, plc: "handover" })).status).toBe(200);
    expect((await lastOf(did)).rotationKeys).toEqual([owners]);
  });

  it("must be one", () => expect(() => configOf({ ...env, RECOVERY_DID_KEY: "did:key:nonsense" })).toThrow("RECOVERY_DID_KEY"));
});
