import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OFFICIAL_TIMEOUT, type Official, startOfficial } from "./official/official.ts";
import { type House, startHouse } from "./test/house.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** A relay that is never there: a reader that names it is shown to the admin, with its address. */
const CRAWLER = "http://localhost:9";

const PUBLISHED = ["--open-registration", "--relay-port", "0", "--crawlers", CRAWLER, "--origin", "https://colony.example.com"];

/** Whatever servers and proxies have called it; nobody asked for any of these. */
const INVENTED = ["cf-connecting-ip", "cf-connecting-ipv6", "true-client-ip", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "forwarded"];

/** What is left of the global limit for whoever this request is taken to be from. */
const left = async (origin: string, headers: Record<string, string> = {}): Promise<number> => {
  const answer = await ask("com.atproto.server.describeServer", { origin, headers });
  expect(answer.status).toBe(200);
  return Number(answer.headers.get("ratelimit-remaining"));
};

/** A registration that is refused for its body at best: its status, and how many are left of the hundred in five minutes. */
const register = async (origin: string, headers: Record<string, string>): Promise<[status: number, left: number]> => {
  const answer = await ask("com.atproto.server.createAccount", { origin, body: {}, headers });
  return [answer.status, Number(answer.headers.get("ratelimit-remaining"))];
};

/** Reads the firehose under that relay's name, and answers the address that the admin is shown of it. */
const readerAddress = async ({ origin, adminKey }: House, headers: Record<string, string>): Promise<string | undefined> => {
  const { hostname, port, host } = new URL(origin);
  const crawler = async () => (await ask<{ crawlers: { connected: boolean; address?: string }[] }>("/admin/crawlers", { origin, token: adminKey })).json.crawlers[0];
  const socket = await new Promise<import("node:net").Socket>((resolve, reject) => {
    const upgrade = { host, connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==", "user-agent": `relay ${new URL(CRAWLER).host}` };
    const asked = request({ hostname, port, path: "/xrpc/com.atproto.sync.subscribeRepos", headers: { ...upgrade, ...headers } });
    asked.once("upgrade", (_, raw) => resolve(raw)).once("response", ({ statusCode }) => reject(new Error(`refused: ${statusCode}`))).once("error", reject).end();
  });
  try {
    await until(async () => (await crawler())?.connected === true, "it reads");
    return (await crawler())?.address ?? "";
  } finally {
    socket.destroy();
    await until(async () => (await crawler())?.connected === false, "it has gone");
  }
};

const inHouse = async <T>(options: string[], work: (house: House) => Promise<T>): Promise<T> => {
  const house = await startHouse(options);
  try {
    return await work(house);
  } finally {
    await house.stop();
  }
};

describe("a colony behind a proxy", () => {
  let house: House;
  let official: Official;

  beforeAll(async () => {
    house = await startHouse(PUBLISHED);
    official = await startOfficial({ plcUrl: house.plcUrl, environment: { rateLimitsEnabled: true } });
  }, OFFICIAL_TIMEOUT);

  afterAll(async () => {
    await official?.stop();
    await house?.stop();
  });

  test("takes for the client whom the official PDS takes for it", async () => {
    const forwarded = [
      "203.0.113.1",
      "203.0.113.1",
      "198.51.100.1, 203.0.113.1",
      "203.0.113.1, 198.51.100.1",
      "203.0.113.1,10.0.0.5",
      "203.0.113.1, 172.16.0.1, 172.31.255.1, 192.168.0.9, 169.254.1.1, 127.0.0.1",
      "203.0.113.1, 172.32.0.1",
      "172.32.0.1",
      "2001:db8::1, fd00::1, fe80::1, ::1",
      "2001:db8::1",
      "10.0.0.5, 192.168.0.9",
      "10.0.0.5",
      "192.168.0.9",
    ];
    const told = async (origin: string) => {
      const answers: [string, number][] = [];
      for (const list of forwarded) answers.push([list, await left(origin, { "x-forwarded-for": list })]);
      return answers;
    };
    const theirs = await told(official.origin);
    expect(theirs.slice(0, 3).map(([, remaining]) => remaining)).toEqual([2999, 2998, 2997]);
    expect(await told(house.origin)).toEqual(theirs);
  });

  test("lets nobody around a limit, and nobody's limit be spent, by headers of the caller's invention", async () => {
    const victim = { "x-forwarded-for": "203.0.113.20" };
    const proxied = (i: number) => ({ ...Object.fromEntries(INVENTED.map((name) => [name, i % 2 === 0 ? "203.0.113.20" : `198.51.100.${i}`])), "x-forwarded-for": `198.51.100.${i}, 203.0.113.20, 203.0.113.21` });
    for (let i = 0; i < 100; i++) expect(await register(house.origin, proxied(i))).toEqual([400, 99 - i]);
    expect(await register(house.origin, proxied(100))).toEqual([429, 0]);
    expect(await register(house.origin, victim)).toEqual([400, 99]);
  });

  test("takes everybody for one client whom the proxy does not name, or not by an address", async () => {
    const first = await left(house.origin);
    const unnamed = [{ "cf-connecting-ip": "203.0.113.30" }, { "x-forwarded-for": "unknown" }, { "x-forwarded-for": "203.0.113.30, _hidden" }, { "x-forwarded-for": "" }];
    const counted: number[] = [];
    for (const headers of unnamed) counted.push(await left(house.origin, headers));
    expect(counted).toEqual(unnamed.map((_, i) => first - 1 - i));
  });

  test("knows readers of its streams by the same address, of IPv6 by their network", async () => {
    expect(await readerAddress(house, { "x-forwarded-for": "198.51.100.1, 203.0.113.40", "cf-connecting-ip": "203.0.113.41" })).toBe("203.0.113.40");
    expect(await readerAddress(house, { "x-forwarded-for": "2001:db8:1:2:3::4" })).toBe("2001:db8:1:2::/64");
    expect(await readerAddress(house, { "cf-connecting-ip": "203.0.113.41" })).toBe("");
  });

  test("takes what a caller says that Cloudflare knows of it for nothing", async () => {
    const paths = { "/xrpc/com.atproto.server.describeServer": 200, "/xrpc/_health": 200, "/": 200, "/xrpc/com.atproto.sync.subscribeRepos": 426, "/subscribe": 426 };
    // As Miniflare writes `request.cf` down; what reads it unawares fails at what is no JSON.
    for (const blob of ['{"clientIp":"203.0.113.50:1"}', "{", "null", "[]", '"x"', "1"])
      for (const [path, status] of Object.entries(paths)) expect([blob, path, (await ask(path, { origin: house.origin, headers: { "mf-cf-blob": blob, "x-forwarded-for": "203.0.113.51" } })).status]).toEqual([blob, path, status]);
    // Health is not counted.
    expect(await left(house.origin, { "x-forwarded-for": "203.0.113.51" })).toBe(2975);
    expect(await readerAddress(house, { "mf-cf-blob": "{", "x-forwarded-for": "203.0.113.51" })).toBe("203.0.113.51");
  });
});

test("a colony whose proxy has another header for it believes that one alone", () =>
  inHouse([...PUBLISHED, "--client-ip-header", "CF-Connecting-IP"], async (house) => {
    const headers = { "cf-connecting-ip": "203.0.113.1", "x-forwarded-for": "198.51.100.1" };
    expect([await left(house.origin, headers), await left(house.origin, { ...headers, "x-forwarded-for": "198.51.100.2" }), await left(house.origin, { ...headers, "cf-connecting-ip": "203.0.113.2" })]).toEqual([2999, 2998, 2999]);
    expect(await readerAddress(house, headers)).toBe("203.0.113.1");
  }));

test("a colony that believes no header takes everybody for one client", () =>
  inHouse([...PUBLISHED, "--client-ip-header", "off"], async (house) => {
    const first = await left(house.origin);
    expect([await left(house.origin, { "x-forwarded-for": "203.0.113.1" }), await left(house.origin, { "cf-connecting-ip": "203.0.113.2" })]).toEqual([first - 1, first - 2]);
    expect(await readerAddress(house, { "x-forwarded-for": "203.0.113.1", "cf-connecting-ip": "203.0.113.2" })).toBe("");
  }));

test("a colony on loopback has one client, this machine, whatever is said", () =>
  inHouse(["--open-registration", "--crawlers", CRAWLER], async (house) => {
    const first = await left(house.origin);
    const said = [...INVENTED, "x-forwarded-for"];
    const counted: number[] = [];
    for (const name of said) counted.push(await left(house.origin, { [name]: "203.0.113.1" }));
    expect(counted).toEqual(said.map((_, i) => first - 1 - i));
    expect(await readerAddress(house, { "x-forwarded-for": "203.0.113.1", "cf-connecting-ip": "203.0.113.2" })).toBe("");
  }));
