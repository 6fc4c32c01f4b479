import { describe, expect, it } from "vitest";
import { mailerBy } from "./mailer.ts";
import { type Posted, transportsOf } from "./transports.ts";

const mail = { to: "ann@example.com", template: "confirmEmail", fields: { token: "ABCDE-FGHIJ" } } as const;
const sender = { host: "colony.example.com", from: "colony@example.com" };

/** An environment with these ways to send. */
const withWays = (ways: object) => transportsOf(ways as Parameters<typeof transportsOf>[0]);

describe("the mailer", () => {
  it("sends by every way there is", async () => {
    const [first, second]: [Posted[], Posted[]] = [[], []];
    const mailer = mailerBy([async (posted) => void first.push(posted), async (posted) => void second.push(posted)], sender);
    expect(await mailer.send(mail)).toEqual({ ok: true, value: null });
    expect(first).toEqual(second);
    expect(first).toEqual([expect.objectContaining({ ...mail, from: "colony@example.com" })]);
  });

  it("says so when a way does not take it, and when there is none", async () => {
    const broken = mailerBy([async () => undefined, async () => Promise.reject(new Error("full"))], sender);
    expect(await broken.send(mail)).toEqual({ ok: false, error: { status: 503, name: "MailUnavailable", message: "The mail could not be sent: try again later" } });
    expect(await mailerBy([], sender).send(mail)).toMatchObject({ ok: false, error: { status: 503, name: "MailUnavailable" } });
  });
});

describe("ways to send", () => {
  it("are Cloudflare's binding, in the name of an address that must be set", async () => {
    const sent: unknown[] = [];
    const EMAIL = { send: async (message: unknown) => void sent.push(message) };
    await mailerBy(withWays({ EMAIL, MAIL_FROM: "colony@example.com" }), sender).send(mail);
    expect(sent).toEqual([{ from: "colony@example.com", to: "ann@example.com", subject: expect.any(String), text: expect.stringContaining("ABCDE-FGHIJ"), html: expect.any(String) }]);
    expect(() => withWays({ EMAIL })).toThrow(/MAIL_FROM/);
  });

  it("are the folder of a local colony", async () => {
    const taken: unknown[] = [];
    const MAILBOX = {
      fetch: async (url: string, { body }: { body: string }) => {
        taken.push([url, JSON.parse(body)]);
        return new Response(null, { status: 204 });
      },
    };
    expect(await mailerBy(withWays({ MAILBOX }), sender).send(mail)).toMatchObject({ ok: true });
    expect(taken).toEqual([["http://mailbox/", expect.objectContaining(mail)]]);
    const full = { fetch: async () => new Response(null, { status: 500 }) };
    expect(await mailerBy(withWays({ MAILBOX: full }), sender).send(mail)).toMatchObject({ ok: false });
    expect(withWays({ MAIL_URL: "" })).toEqual([]);
  });
});
