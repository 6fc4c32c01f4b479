import { CredentialSession } from "@atproto/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ids } from "@rookery/lexicon-agent-comms";
import { Session } from "./session.ts";

const DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";

/** A colony that knows one access and one refresh token at a time; each may be taken away. */
const colony = () => {
  const state = { access: "a1", refresh: "r1", password: "right", down: 0, asked: [] as string[], made: 1 };
  const tokens = () => {
    state.made += 1;
    Object.assign(state, { access: `a${state.made}`, refresh: `r${state.made}` });
    return Response.json({ did: DID, handle: "ann.test", accessJwt: state.access, refreshJwt: state.refresh, active: true, emailConfirmed: true, didDoc: {} });
  };
  const refused = (status: number, error: string) => Response.json({ error, message: `no: ${error}` }, { status });
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const method = new URL(request.url).pathname.split("/").at(-1) ?? "";
    const token = request.headers.get("authorization")?.replace("Bearer ", "");
    state.asked.push(method.split(".").at(-1) ?? "");
    if (state.down > 0) {
      state.down -= 1;
      throw new TypeError("fetch failed");
    }
    if (method.endsWith("createSession")) return ((await request.json()) as { password: string }).password === state.password ? tokens() : refused(401, "AuthenticationRequired");
    if (method.endsWith("refreshSession")) return token === state.refresh ? tokens() : refused(400, "ExpiredToken");
    if (token !== state.access) return refused(400, "ExpiredToken");
    if (method.endsWith("revoke")) return refused(400, "RecordNotFound");
    return Response.json({ uri: "at://x", cid: "bafy" });
  };
  return { state, fetch };
};

const signIn = async () => {
  const { state, fetch } = colony();
  const credentials = new CredentialSession(new URL("http://colony.test"), fetch);
  const login = () => credentials.login({ identifier: "ann.test", password: "right" });
  await login();
  state.asked.length = 0;
  return { state, session: new Session(credentials, login) };
};

const share = { uri: "at://x", to: DID };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Takes everything and answers nothing, as a network does that is gone without a word. */
const silence = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  const { signal } = new Request(input, init);
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
};

/** Time is over as soon as it is asked for, and how much of it there was. */
const noTime = (): number[] => {
  const given: number[] = [];
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    given.push(ms);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new DOMException("too long", "TimeoutError")), 1);
    return stop.signal;
  });
  return given;
};

/** A clock that goes on when it is told to, and how much time each try was given by it. */
const slowly = () => {
  let now = Date.now();
  const given: number[] = [];
  vi.spyOn(Date, "now").mockImplementation(() => now);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    given.push(ms);
    return new AbortController().signal;
  });
  return { given, elapse: (ms: number) => void (now += ms) };
};

describe("a session", () => {
  it("renews its tokens when the access token is over", async () => {
    const { state, session } = await signIn();
    state.access = "another";
    expect(await session.call(ids.AgentCommsShare, share)).toMatchObject({ cid: "bafy" });
    expect(state.asked).toEqual(["share", "refreshSession", "share"]);
  });

  it("signs in again when the refresh token is over too", async () => {
    const { state, session } = await signIn();
    Object.assign(state, { access: "another", refresh: "another" });
    expect(await session.call(ids.AgentCommsShare, share)).toMatchObject({ cid: "bafy" });
    expect(state.asked.filter((method) => method === "createSession")).toHaveLength(1);
    expect(session.token).toBe(state.access);
  });

  it("says why when the password is no good any more, and does not try it again at once", async () => {
    const { state, session } = await signIn();
    Object.assign(state, { access: "another", refresh: "another", password: "changed" });
    await session.call(ids.AgentCommsShare, share).catch(() => undefined);
    await expect(session.call(ids.AgentCommsShare, share)).rejects.toMatchObject({ name: "ColonyError", error: "AuthenticationRequired", message: expect.stringContaining("Check the identifier and the password") });
    expect(state.asked.filter((method) => method === "createSession")).toHaveLength(1);
  });

  it("outlives a short outage", async () => {
    const { state, session } = await signIn();
    state.down = 2;
    expect(await session.call(ids.AgentCommsShare, share)).toMatchObject({ cid: "bafy" });
    expect(state.asked).toEqual(["share", "share", "share"]);
  });

  it("is signed out by an outage for as long as it lasts, and no longer", async () => {
    const { state, session } = await signIn();
    Object.assign(state, { access: "another", refresh: "another" });
    // share and refreshSession are refused, and at createSession nobody is there.
    let count = 0;
    const original = state.asked.push.bind(state.asked);
    state.asked.push = (...methods) => {
      if (methods[0] === "createSession" && count++ === 0) state.down = 1;
      return original(...methods);
    };
    await session.call(ids.AgentCommsShare, share).catch(() => undefined);
    expect(await session.call(ids.AgentCommsShare, share)).toMatchObject({ cid: "bafy" });
    expect(count).toBe(2);
  });

  it("tries again what nobody answers, a few times, and says so then", async () => {
    const { state, session } = await signIn();
    state.down = 3;
    await expect(session.call(ids.AgentCommsShare, share)).rejects.toMatchObject({ error: "Unreachable", status: 0, isOutage: true });
    expect(state.asked).toHaveLength(3);
  });

  it("asks again what nobody answers", async () => {
    const { state, session } = await signIn();
    state.down = 2;
    expect(await session.query(ids.ComAtprotoRepoGetRecord, { repo: DID, collection: "x.y.z", rkey: "self" })).toMatchObject({ cid: "bafy" });
    state.down = 3;
    await expect(session.query(ids.ComAtprotoRepoGetRecord, { repo: DID, collection: "x.y.z", rkey: "self" })).rejects.toMatchObject({ error: "Unreachable", isOutage: true });
  });

  it("that cannot begin says why, and what can be done", async () => {
    const credentials = { identifier: "ann.test", password: "wrong" };
    await expect(Session.signIn({ ...credentials, service: "localhost:3000" })).rejects.toThrow("It is like http://localhost:3000");
    await expect(Session.signIn({ ...credentials, service: "http://localhost:1" })).rejects.toMatchObject({ error: "Unreachable", message: expect.stringContaining("http://localhost:1 does not answer") });
  });

  it("does not wait for ever for who takes what is said, and says nothing", async () => {
    const given = noTime();
    const credentials = new CredentialSession(new URL("http://colony.test"), silence);
    credentials.session = { did: DID, handle: "ann.test", accessJwt: "a", refreshJwt: "r", active: true };
    const session = new Session(credentials);
    const unanswered = { error: "Unreachable", isOutage: true };
    await expect(session.call(ids.AgentCommsShare, share)).rejects.toMatchObject(unanswered);
    await expect(session.query(ids.AgentCommsListInbox, {}, new AbortController().signal)).rejects.toMatchObject(unanswered);
    await expect(session.upload(new Uint8Array(3))).rejects.toMatchObject(unanswered);
    // Longer than a long-poll; and for a file of 50 MB there is time.
    expect(Math.min(...given)).toBeGreaterThan(30_000);
    expect(Math.max(...given)).toBeGreaterThan(5 * 60_000);
    vi.stubGlobal("fetch", silence);
    await expect(Session.signIn({ service: "http://colony.test", identifier: "ann.test", password: "x" })).rejects.toMatchObject(unanswered);
  });

  it.each([
    { eachMs: 20_000, given: [45_000, 25_000, 5_000] },
    { eachMs: 30_000, given: [45_000, 15_000] },
    { eachMs: 50_000, given: [45_000] },
  ])("gives all tries of a call the time of one: a later try has what is left, here of $eachMs ms each", async ({ eachMs, given }) => {
    const { state, session } = await signIn();
    const { given: asked, elapse } = slowly();
    const original = state.asked.push.bind(state.asked);
    state.asked.push = (...methods) => {
      elapse(eachMs);
      return original(...methods);
    };
    state.down = 5;
    await expect(session.call(ids.AgentCommsShare, share)).rejects.toMatchObject({ error: "Unreachable", isOutage: true });
    expect(asked).toEqual(given);
    expect(state.asked).toHaveLength(given.length);
  });

  it("tries again when an answer breaks off", async () => {
    const { state, session } = await signIn();
    vi.spyOn(Response.prototype, "json").mockRejectedValueOnce(new TypeError("terminated"));
    expect(await session.call(ids.AgentCommsShare, share)).toMatchObject({ cid: "bafy" });
    expect(state.asked).toEqual(["share", "share"]);
  });

  it("uploads again what nobody has taken", async () => {
    const { state, session } = await signIn();
    state.down = 2;
    expect(await session.upload(new Uint8Array(3))).toMatchObject({ cid: "bafy" });
    expect(state.asked).toEqual(["uploadBlob", "uploadBlob", "uploadBlob"]);
  });

  it("does not try again what was refused", async () => {
    const { state, session } = await signIn();
    await expect(session.call(ids.AgentCommsRevoke, { uri: "at://x", reseal: false })).rejects.toThrow("RecordNotFound: no: RecordNotFound");
    expect(state.asked).toEqual(["revoke"]);
  });
});
