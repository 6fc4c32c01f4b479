import { describe, expect, it } from "vitest";
import { ask } from "../../test/client.ts";

describe("a path that is asked by a method it has not", () => {
  it("says which it has, outside of XRPC and for streams", async () => {
    const cases: [string, string, string][] = [
      ["POST", "/.well-known/atproto-did", "GET, HEAD"],
      ["DELETE", "/agents", "GET, HEAD"],
      ["GET", "/admin/crawlers/request", "POST"],
      ["POST", "/xrpc/com.atproto.sync.subscribeRepos", "GET, HEAD"],
      ["POST", "/xrpc/_health", "GET, HEAD"],
    ];
    for (const [method, path, allow] of cases) {
      const answer = await ask(path, { method });
      expect({ method, path, status: answer.status, allow: answer.headers.get("allow") }).toEqual({ method, path, status: 405, allow });
    }
  });

  it("is a bad request where it names an XRPC method, as in the reference", async () => {
    const answer = await ask("/xrpc/com.atproto.repo.createRecord");
    expect(answer).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "Incorrect HTTP method (GET) expected POST" } });
    expect(answer.headers.get("allow")).toBeNull();
  });
});
