import { P256Keypair, verifySignature } from "@atproto/crypto";
import plc from "@did-plc/lib";
import { describe, expect, test } from "vitest";
import { colony, useOwnColony } from "./test/colony.ts";
import { type Consumer, atcute, official, skyware } from "./test/consumers.ts";
import { codeTo } from "./test/mail.ts";
import { NOTES, type Person, signUp, signingKeyOf } from "./test/people.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

useOwnColony();

const client = () => new plc.Client(colony().plcUrl);
const rotate = (actor: string) => ask<{ state: string; signingKey: string }>("/admin/identity/signing-key", { token: colony().adminKey, body: { actor } });

const put = async ({ agent, did }: Person, rkey: string): Promise<string> => {
  const { data } = await agent.com.atproto.repo.putRecord({ repo: did, collection: NOTES, rkey, record: { text: rkey } });
  return `create ${NOTES}/${rkey} ${data.cid}`;
};

/** A service token of the account for uploading to the colony. */
const serviceToken = async ({ agent }: Person): Promise<string> => {
  const { data: host } = await agent.com.atproto.server.describeServer();
  return (await agent.com.atproto.server.getServiceAuth({ aud: host.did, lxm: "com.atproto.repo.uploadBlob" })).data.token;
};

const upload = (token: string) => ask("com.atproto.repo.uploadBlob", { token, body: new Uint8Array([1, 2, 3]), contentType: "application/octet-stream" });

describe("a signing key that is rotated under unmodified clients", () => {
  test("no consumer of the firehose misses a record, or finds anything wrong", async () => {
    const ann = await signUp("keys-ann");
    const consumers: [string, Consumer][] = [["official", official()], ["atcute", atcute()], ["skyware", skyware()]];
    const told: string[] = [];
    // Until all are connected.
    await until(async () => {
      told.push(await put(ann, `hello-${told.length}`));
      return consumers.every(([, { changes }]) => (changes.get(ann.did)?.length ?? 0) > 0);
    }, "all consumers are there");
    for (const round of ["first", "second"]) {
      expect((await rotate(ann.did)).json.state).toBe("done");
      told.push(await put(ann, `after-the-${round}`));
    }
    for (const [name, consumer] of consumers) {
      const seen = () => consumer.changes.get(ann.did) ?? [];
      await until(() => seen().includes(told.at(-1) ?? ""), `${name} has the last record`);
      expect(seen(), name).toEqual(told.slice(-seen().length));
      expect(consumer.errors, name).toEqual([]);
      expect(consumer.seqs.toSorted((a, b) => a - b), name).toEqual(consumer.seqs);
      await consumer.close();
    }
  });

  test("sessions go on; service tokens are by the new key, and one of before is nobody's", async () => {
    const bob = await signUp("keys-bob");
    expect((await upload(await serviceToken(bob))).status).toBe(200);
    const old = await serviceToken(bob);
    expect((await rotate(bob.handle)).json.state).toBe("done");
    expect((await bob.agent.com.atproto.server.getSession()).data.did).toBe(bob.did);
    await bob.agent.sessionManager.refreshSession();
    const fresh = await serviceToken(bob);
    const [head = "", payload = "", signature = ""] = fresh.split(".");
    expect(await verifySignature(await signingKeyOf(bob.did), new TextEncoder().encode(`${head}.${payload}`), new Uint8Array(Buffer.from(signature, "base64url")))).toBe(true);
    expect((await upload(fresh)).status).toBe(200);
    expect((await upload(old)).status).toBe(401);
  });
});

describe("a PLC operation through @atproto/api", () => {
  test("is asked for by mail, signed, and submitted", async () => {
    const cat = await signUp("keys-cat");
    const { identity } = cat.agent.com.atproto;
    const recovery = await P256Keypair.create();
    const credentials = (await identity.getRecommendedDidCredentials()).data;
    await identity.requestPlcOperationSignature();
    const token = codeTo(colony().folder, "keys-cat@example.com");
    const { operation } = (await identity.signPlcOperation({ token, ...credentials, rotationKeys: [recovery.did(), ...(credentials.rotationKeys ?? [])] })).data;
    await identity.submitPlcOperation({ operation });
    const log = await client().getOperationLog(cat.did);
    expect(await plc.validateOperationLog(cat.did, log)).toMatchObject({ rotationKeys: [recovery.did(), credentials.rotationKeys?.[0]], alsoKnownAs: [`at://${cat.handle}`] });
    await expect(identity.signPlcOperation({ token })).rejects.toMatchObject({ status: 400, error: "InvalidToken" });
    // The owner's key rules from here on, also over what the colony does.
    await client().updateHandle(cat.did, recovery, "elsewhere.example.com");
    await expect(identity.submitPlcOperation({ operation })).rejects.toMatchObject({ status: 400, error: "InvalidRequest" });
  });

  test("of whom an app password signed in is not signed", async () => {
    const dan = await signUp("keys-dan");
    const { data } = await dan.agent.com.atproto.server.createAppPassword({ name: "app", privileged: true });
    const session = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: dan.handle, password: data.password } });
    const token = session.json.accessJwt;
    expect(await ask("com.atproto.identity.signPlcOperation", { token, body: {} })).toMatchObject({ status: 400, json: { error: "InvalidToken", message: "Bad token scope" } });
    expect((await ask("com.atproto.identity.requestPlcOperationSignature", { token, method: "POST" })).status).toBe(400);
    // To be told what belongs into a DID is for every session.
    expect((await ask("com.atproto.identity.getRecommendedDidCredentials", { token })).status).toBe(200);
  });
});
