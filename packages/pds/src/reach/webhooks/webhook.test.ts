import { describe, expect, it } from "vitest";
import { Webhook as Official } from "standardwebhooks";
import { endpointOf } from "./endpoint.ts";
import { noticeOf, type MessageView } from "./notice.ts";
import { makeSecret, signedHeaders } from "./signature.ts";
import { type Webhook, afterAttempt, webhookView } from "./webhook.ts";

const DAY = 86_400_000;
const fresh: Webhook = { id: "w", url: "https://example.com/", contents: "stored", secret: makeSecret(), createdAt: 0, after: 4, isDisabled: false, failures: 0 };

describe("a signature", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ type: "inbox.message", data: { text: "é" } });

  it("is one that the official library verifies, by the new secret and by the one before", () => {
    const [secret, previous] = [makeSecret(), makeSecret()];
    const headers = signedHeaders([secret, previous], "w_1", now(), body);
    for (const known of [secret, previous]) expect(new Official(known).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Official(makeSecret()).verify(body, headers)).toThrow();
    expect(() => new Official(secret).verify(`${body} `, headers)).toThrow();
    expect(() => new Official(secret).verify(body, { ...headers, "webhook-id": "w_2" })).toThrow();
    expect(() => new Official(secret).verify(body, signedHeaders([secret], "w_1", now() - 3_600, body))).toThrow();
  });

  it("is the one that the official library makes", () => {
    const secret = makeSecret();
    const seconds = now();
    expect(signedHeaders([secret], "w_1", seconds, body)["webhook-signature"]).toBe(new Official(secret).sign("w_1", new Date(seconds * 1000), body));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});

describe("an endpoint", () => {
  it.each(["https://hooks.example.com/a?b=c", "https://example.org:8443/"])("may be %s", (url) => expect(endpointOf(url, false)).toEqual({ ok: true, value: url }));

  it.each([
    "http://hooks.example.com/", "https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/",
    "https://[fd00::1]/", "https://0x7f000001/", "https://2130706433/", "https://metadata.google.internal/", "https://db.local/", "https://host/", "https://kubernetes.default.svc/", "ftp://example.com/", "https://user:word@example.com/", "no url", "https://",
  ])("of a public colony is not %s", (url) => expect(endpointOf(url, false)).toMatchObject({ ok: false, error: { status: 400 } }));

  it("of a loopback colony may be on loopback too, and nowhere private", () => {
    for (const url of ["http://localhost:8080/a", "http://127.0.0.1:1/", "https://hooks.example.com/"]) expect(endpointOf(url, true)).toEqual({ ok: true, value: url });
    for (const url of ["http://hooks.example.com/", "https://10.0.0.1/", "http://192.168.1.1/", "file:///etc/passwd"]) expect(endpointOf(url, true).ok).toBe(false);
  });

  it("has no fragment", () => expect(endpointOf("https://example.com/a#b", false)).toEqual({ ok: true, value: "https://example.com/a" }));
});

describe("after an attempt", () => {
  it("that was taken, the next message is due at once", () => {
    const failing: Webhook = { ...fresh, failures: 3, failingSince: 1, nextAt: 9, lastError: "HTTP 500" };
    expect(afterAttempt(failing, 5, { kind: "taken" }, 10)).toEqual({ ...fresh, after: 5, deliveredAt: 10 });
  });

  it("that failed, the same message is due again, later each time, and after days none is", () => {
    let webhook: Webhook = fresh;
    const pauses: number[] = [];
    for (let now = 1_000_000; !webhook.isDisabled; now = webhook.nextAt ?? now) {
      const next = afterAttempt(webhook, 5, { kind: "failed", error: "HTTP 500" }, now);
      if (next === undefined) throw new Error("removed");
      webhook = next;
      expect(webhook.after).toBe(4);
      if (webhook.nextAt !== undefined) pauses.push(webhook.nextAt - now);
    }
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    expect(pauses[0]).toBe(5_000);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(5 * DAY);
    expect(pauses.length).toBeLessThan(30);
    expect(webhookView(webhook)).toMatchObject({ state: "disabled", lastError: "HTTP 500", cursor: "4" });
  });

  it("the endpoint's own word on when to come again counts, within reason", () => {
    const due = (retryAfter: number) => afterAttempt(fresh, 5, { kind: "failed", error: "HTTP 429", retryAfter }, 0)?.nextAt;
    expect([due(1), due(60_000), due(1_000 * DAY)]).toEqual([5_000, 60_000, DAY / 2]);
  });

  it("that found it gone, it is removed", () => expect(afterAttempt(fresh, 5, { kind: "gone" }, 0)).toBeUndefined());
});

describe("a notice", () => {
  const message = { uri: "at://did:plc:a/agent.comms.message/1", author: "did:plc:a", action: "create", source: "colony", seq: 1, receivedAt: "2026-11-21T00:00:00.000Z", value: { text: "hello" } } satisfies MessageView;

  it("says where the message is, and what it says unless that is not wanted", () => {
    const { value: _, ...reference } = message;
    const read = (contents: "reference" | "stored") => JSON.parse(noticeOf("did:plc:b", 7, message, contents));
    expect(read("stored")).toEqual({ type: "inbox.message", timestamp: message.receivedAt, data: { agent: "did:plc:b", cursor: "7", message } });
    expect(read("reference")).toEqual({ type: "inbox.message", timestamp: message.receivedAt, data: { agent: "did:plc:b", cursor: "7", message: reference } });
    expect(JSON.parse(noticeOf("did:plc:b", 7, { ...reference, action: "delete" }, "stored"))).toMatchObject({ type: "inbox.retraction" });
  });

  it("leaves out what is too large, and says so", () => {
    const body = noticeOf("did:plc:b", 7, { ...message, value: { text: "é".repeat(200_000) } }, "opened");
    expect(body.length).toBeLessThan(1_000);
    expect(JSON.parse(body)).toMatchObject({ data: { isTooLarge: true, message: { uri: message.uri } } });
  });
});
