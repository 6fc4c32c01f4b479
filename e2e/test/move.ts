import { AtpAgent } from "@atproto/api";

/** An account where it lives now. */
export interface Resident {
  agent: AtpAgent;
  did: string;
  handle: string;
  password: string;
}

/** What comes up while an account moves; a test looks in between. */
export interface Move {
  from: Resident;
  /** Origin of the new host. */
  to: string;
  handle: string;
  email: string;
  /** The code in the mail that the old host sends when the DID is to be signed over. */
  mailedToken: () => string;
}

/** A new account on a host that lets everybody in: handle, password and address follow from the name. */
export const signUp = async (origin: string, name: string): Promise<Resident> => {
  const agent = new AtpAgent({ service: origin });
  const account = { handle: `${name}.test`, password: `password of ${name}` };
  await agent.createAccount({ ...account, email: `${name}@example.com` });
  return { agent, did: agent.assertDid, ...account };
};

const CAR = { encoding: "application/vnd.ipld.car" } as const;

/** Steps 1 and 2 of docs/migration.md: an account on the new host, for the DID that is there already, by service auth of the old one. */
export const openAccount = async ({ from, to, handle, email }: Move): Promise<Resident> => {
  const agent = new AtpAgent({ service: to });
  const { data: host } = await agent.com.atproto.server.describeServer();
  const { data: auth } = await from.agent.com.atproto.server.getServiceAuth({ aud: host.did, lxm: "com.atproto.server.createAccount" });
  const password = `password of ${handle}`;
  await agent.com.atproto.server.createAccount(
    { handle, email, password, did: from.did },
    { headers: { authorization: `Bearer ${auth.token}` }, encoding: "application/json" },
  );
  await agent.login({ identifier: handle, password });
  return { agent, did: from.did, handle, password };
};

/** Step 3: the repository. */
export const bringRepo = async (from: Resident, to: Resident): Promise<void> => {
  const { data: car } = await from.agent.com.atproto.sync.getRepo({ did: from.did });
  await to.agent.com.atproto.repo.importRepo(car, CAR);
};

/** Step 4: what of its blobs is missing. @returns how many there were. */
export const bringBlobs = async (from: Resident, to: Resident): Promise<number> => {
  let brought = 0;
  for (let cursor: string | undefined; ; ) {
    const { data } = await to.agent.com.atproto.repo.listMissingBlobs({ limit: 20, ...(cursor === undefined ? {} : { cursor }) });
    for (const { cid } of data.blobs) {
      const blob = await from.agent.com.atproto.sync.getBlob({ did: from.did, cid });
      await to.agent.com.atproto.repo.uploadBlob(blob.data, { encoding: blob.headers["content-type"] ?? "" });
      brought++;
    }
    if (data.cursor === undefined) return brought;
    cursor = data.cursor;
  }
};

/** Step 5: what applications keep for the account. */
export const bringPreferences = async (from: Resident, to: Resident): Promise<void> => {
  const { data } = await from.agent.app.bsky.actor.getPreferences();
  await to.agent.app.bsky.actor.putPreferences(data);
};

/** Step 6: the DID names the new host and its key. */
export const bringIdentity = async ({ from, mailedToken }: Move, to: Resident): Promise<void> => {
  const { data: credentials } = await to.agent.com.atproto.identity.getRecommendedDidCredentials();
  await from.agent.com.atproto.identity.requestPlcOperationSignature();
  const { data } = await from.agent.com.atproto.identity.signPlcOperation({ token: mailedToken(), ...credentials });
  await to.agent.com.atproto.identity.submitPlcOperation({ operation: data.operation });
};

/** Step 7: the new host takes over. */
export const takeOver = async (from: Resident, to: Resident): Promise<void> => {
  await to.agent.com.atproto.server.activateAccount();
  await from.agent.com.atproto.server.deactivateAccount({});
};

/** The whole way, as a migration tool goes it. */
export const moveAccount = async (move: Move): Promise<Resident> => {
  const to = await openAccount(move);
  await bringRepo(move.from, to);
  await bringBlobs(move.from, to);
  await bringPreferences(move.from, to);
  await bringIdentity(move, to);
  await takeOver(move.from, to);
  return to;
};
