import type { Scene } from "../scene.ts";

/** com.atproto.identity.*: names of others. */
export const identity: Scene = {
  name: "identity",
  play: async (side) => {
    const ann = await side.person("cf-identity-ann");
    const resolve = (label: string, params: Record<string, string | string[]>) => side.query(label, "com.atproto.identity.resolveHandle", params);
    await resolve("handle", { handle: ann.handle });
    await resolve("handle in upper case", { handle: ann.handle.toUpperCase() });
    await resolve("handle with an @", { handle: `@${ann.handle}` });
    await resolve("nobody's", { handle: "nobody-cf.test" });
    await resolve("nobody's, other domain of two labels", { handle: "a.nobody-cf.test" });
    await resolve("the domain itself", { handle: "test" });
    await resolve("a DID", { handle: ann.did });
    await resolve("no handle", { handle: "not a handle" });
    await resolve("empty", { handle: "" });
    await resolve("missing", {});
    await resolve("twice", { handle: [ann.handle, ann.handle] });
    await resolve("invalid top", { handle: "cf.invalid" });
    await side.ask("well-known of a handle", { path: "/.well-known/atproto-did", headers: { host: ann.handle } });
    await side.ask("well-known of a handle, upper case", { path: "/.well-known/atproto-did", headers: { host: ann.handle.toUpperCase() } });
    await side.ask("HEAD well-known of a handle", { method: "HEAD", path: "/.well-known/atproto-did", headers: { host: ann.handle } });
  },
};
