import { createServer } from "node:http";

/** Mails kept for the tests to read. */
const MAX_MAILS = 1_000;

/**
 * Where the tests' colony posts its mails: POST keeps one, GET `?to=ADDRESS` gives those to an address, the oldest first. Mail to an
 * address that begins with `refuse` is not taken.
 * @returns {Promise<string>} Its URL.
 */
export const startMailbox = async () => {
  /** @type {{ to: string }[]} */
  const mails = [];
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://mailbox");
    if (request.method !== "POST") {
      answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(mails.filter(({ to }) => to === url.searchParams.get("to"))));
      return;
    }
    /** @type {Buffer[]} */
    const parts = [];
    request.on("data", (/** @type {Buffer} */ part) => parts.push(part));
    request.on("end", () => {
      const mail = JSON.parse(Buffer.concat(parts).toString("utf8"));
      const isRefused = mail.to.startsWith("refuse");
      if (!isRefused) mails.push(mail);
      mails.splice(0, mails.length - MAX_MAILS);
      answer.writeHead(isRefused ? 500 : 204).end();
    });
  });
  server.unref();
  await new Promise((resolve) => void server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mailbox has no port");
  return `http://127.0.0.1:${address.port}/`;
};
