import type { Scene } from "../scene.ts";

const AUTH = "com.atproto.server.getServiceAuth";
const now = () => Math.floor(Date.now() / 1000);

/** Claims of a service JWT without what changes. */
const claimsOf = (json: unknown, asked?: string): unknown => {
  const token = typeof json === "object" && json !== null && "token" in json ? String(json.token) : "";
  const [head = "", payload = ""] = token.split(".");
  if (token === "") return "none";
  const { iat, exp, jti, iss, ...claims } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const { alg, ...header } = JSON.parse(Buffer.from(head, "base64url").toString()) as Record<string, unknown>;
  return { header, alg: typeof alg, iat: typeof iat, lasts: String(exp) === asked ? "as asked" : Number(exp) - Number(iat), jti: typeof jti, iss: typeof iss, claims };
};

/** Tokens for other services, proxying where nothing is configured, preferences, reports. */
export const services: Scene = {
  name: "services",
  play: async (side) => {
    const ann = await side.person("cf-services-ann");
    const auth = async (label: string, params: Record<string, string>) => {
      const { status, json } = await side.query(label, AUTH, params, ann);
      if (status === 200) side.answers.set(`${label}: claims`, { status, headers: {}, body: claimsOf(json, params.exp) });
    };
    await auth("token", { aud: "did:web:example.com" });
    await auth("token for a method", { aud: "did:web:example.com", lxm: "app.bsky.feed.getTimeline" });
    await auth("token for a service", { aud: "did:web:example.com#bsky_appview", lxm: "app.bsky.feed.getTimeline" });
    await auth("token, no audience", {});
    await auth("token, bad audience", { aud: "example.com" });
    await auth("token, bad method", { aud: "did:web:example.com", lxm: "nope" });
    await auth("token for a minute", { aud: "did:web:example.com", exp: String(now() + 60) });
    await auth("token for two minutes", { aud: "did:web:example.com", exp: String(now() + 120) });
    await auth("token for half an hour and a method", { aud: "did:web:example.com", lxm: "app.bsky.feed.getTimeline", exp: String(now() + 1800) });
    await auth("token for two hours and a method", { aud: "did:web:example.com", lxm: "app.bsky.feed.getTimeline", exp: String(now() + 7200) });
    await auth("token, expired", { aud: "did:web:example.com", exp: String(now() - 10) });
    await auth("token, bad time", { aud: "did:web:example.com", exp: "soon" });
    for (const lxm of ["com.atproto.admin.deleteAccount", "com.atproto.server.createAccount", "com.atproto.server.deleteAccount", "com.atproto.repo.importRepo", "com.atproto.server.createAppPassword", "com.atproto.identity.signPlcOperation", "com.atproto.repo.uploadBlob", "chat.bsky.convo.getLog", "com.atproto.server.activateAccount", "com.atproto.identity.updateHandle"])
      await auth(`token for ${lxm}`, { aud: "did:web:example.com", lxm });
    await side.query("token, nobody", AUTH, { aud: "did:web:example.com" });

    for (const end of ["refuse", "fail", "absent", "nothing", "text", "limited"]) await side.query(`an AppView that answers: ${end}`, `app.bsky.test.${end}`, {}, ann);
    const headers = { "accept-language": "de", "atproto-accept-labelers": "did:web:labeler.example", "x-bsky-topics": "a,b", "x-atproto-test": "1", "x-other": "2", cookie: "c=d" };
    await side.ask("what is passed on", { path: "/xrpc/app.bsky.test.echo?a=1&a=2&b=%20", as: ann, headers });
    await side.ask("what is passed on of a body", { path: "/xrpc/app.bsky.test.echo", as: ann, headers, body: { a: 1 } });
    await side.ask("what is passed on of a text", { path: "/xrpc/app.bsky.test.echo", as: ann, headers: { "content-type": "text/plain" }, body: "words" });
    await side.ask("what is passed on of nothing", { method: "POST", path: "/xrpc/app.bsky.test.echo", as: ann });
    await side.ask("HEAD passed on", { method: "HEAD", path: "/xrpc/app.bsky.test.echo", as: ann });
    await side.ask("PUT passed on", { method: "PUT", path: "/xrpc/app.bsky.test.echo", as: ann, body: "x" });
    await side.ask("passed on, unauthenticated", { path: "/xrpc/app.bsky.test.echo" });
    await side.ask("passed on, to the AppView by its name", { path: "/xrpc/app.bsky.test.echo", as: ann, headers: { "atproto-proxy": "did:web:appview.example#bsky_appview" } });
    await side.ask("passed on, chat", { path: "/xrpc/chat.bsky.test.echo", as: ann });
    await side.ask("passed on, moderation", { path: "/xrpc/tools.ozone.test.echo", as: ann });

    const proxy = (label: string, to: string, path = "/xrpc/app.bsky.feed.getTimeline") => side.ask(label, { path, as: ann, headers: { "atproto-proxy": to } });
    await side.query("method of an AppView", "app.bsky.feed.getTimeline", {}, ann);
    await side.query("method of an AppView, nobody", "app.bsky.feed.getTimeline");
    await side.procedure("procedure of an AppView", "app.bsky.graph.muteActor", { actor: ann.did }, ann);
    await side.query("unknown method, signed in", "org.example.doNothing", {}, ann);
    await proxy("to nothing", "");
    await proxy("to no DID", "example.com");
    await proxy("to a DID alone", "did:web:example.com");
    await proxy("to two fragments", "did:web:example.com#a#b");
    await proxy("with spaces", " did:web:example.com#a");
    await proxy("to an empty fragment", "did:web:example.com#");
    await proxy("to nobody", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa#bsky_appview");
    await proxy("to who has no such service", `${ann.did}#bsky_appview`);
    await side.ask("to somebody, without signing in", { path: "/xrpc/app.bsky.feed.getTimeline", headers: { "atproto-proxy": `${ann.did}#bsky_appview` } });
    await proxy("a protected method", `${ann.did}#bsky_appview`, "/xrpc/com.atproto.server.getSession");
    await side.ask("a protected procedure", { path: "/xrpc/com.atproto.server.createAppPassword", as: ann, headers: { "atproto-proxy": `${ann.did}#bsky_appview` }, body: { name: "x" } });

    const preferences = (label: string, value: unknown) => side.procedure(label, "app.bsky.actor.putPreferences", value, ann);
    await side.query("preferences, none", "app.bsky.actor.getPreferences", {}, ann);
    await preferences("preferences", { preferences: [{ $type: "app.bsky.actor.defs#adultContentPref", enabled: true }, { $type: "app.bsky.actor.defs#savedFeedsPrefV2", items: [] }] });
    await side.query("preferences there", "app.bsky.actor.getPreferences", {}, ann);
    await preferences("preferences of another namespace", { preferences: [{ $type: "org.example.pref", a: 1 }] });
    await preferences("preferences without type", { preferences: [{ a: 1 }] });
    await preferences("preferences, no list", { preferences: {} });
    await preferences("preferences, wrong", { preferences: [{ $type: "app.bsky.actor.defs#adultContentPref", enabled: "yes" }] });
    await preferences("preferences, age", { preferences: [{ $type: "app.bsky.actor.defs#personalDetailsPref", birthDate: "2000-01-01T00:00:00.000Z" }] });
    await side.query("preferences with an age", "app.bsky.actor.getPreferences", {}, ann);
    await preferences("preferences, emptied", { preferences: [] });
    await side.query("preferences, emptied, there", "app.bsky.actor.getPreferences", {}, ann);
    await side.query("preferences, nobody", "app.bsky.actor.getPreferences");
    await side.procedure("put preferences, nobody", "app.bsky.actor.putPreferences", { preferences: [] });

    const report = (label: string, body: unknown) => side.procedure(label, "com.atproto.moderation.createReport", body, ann);
    await report("report", { reasonType: "com.atproto.moderation.defs#reasonSpam", subject: { $type: "com.atproto.admin.defs#repoRef", did: ann.did } });
    await report("report, bad subject", { reasonType: "com.atproto.moderation.defs#reasonSpam", subject: { did: ann.did } });
    await report("report, no reason", { subject: { $type: "com.atproto.admin.defs#repoRef", did: ann.did } });
    await side.procedure("report, nobody", "com.atproto.moderation.createReport", { reasonType: "com.atproto.moderation.defs#reasonSpam", subject: { $type: "com.atproto.admin.defs#repoRef", did: ann.did } });
    await side.procedure("registerPush", "app.bsky.notification.registerPush", { serviceDid: "did:web:example.com", token: "t", platform: "ios", appId: "a" }, ann);
    await side.procedure("registerPush, bad", "app.bsky.notification.registerPush", { serviceDid: "nope", token: "t", platform: "ios", appId: "a" }, ann);
    for (const nsid of ["app.bsky.actor.getProfile", "app.bsky.actor.getProfiles", "app.bsky.feed.getAuthorFeed", "app.bsky.feed.getActorLikes", "app.bsky.feed.getPostThread", "app.bsky.feed.getFeed"]) {
      const params = { actor: ann.did, actors: ann.did, uri: `at://${ann.did}/app.bsky.feed.post/3kznmn7xqxl22`, feed: `at://${ann.did}/app.bsky.feed.generator/x` };
      await side.query(nsid, nsid, params, ann);
      await side.query(`${nsid}, nobody`, nsid, params);
      await side.query(`${nsid}, no parameters`, nsid, {}, ann);
    }
  },
};
