import { describe, expect, test } from "vitest";
import { ACROSS_ROWS } from "./across-command.mjs";
import { COLONY_ROWS } from "./colony-options.mjs";
import { helpText, markdownTable, parseOptions } from "./options.mjs";
import { PLC_ROWS } from "./plc-command.mjs";
import { SAY_ROWS } from "./say-command.mjs";
import { START_ROWS } from "./start-command.mjs";

/** @param {string[]} argv @param {Record<string, string>} [env] */
const read = (argv, env = {}) => parseOptions(COLONY_ROWS, argv, env);

describe("options", () => {
  test("say how large blobs may be, and since when accounts earn invitations", () => {
    expect(read(["--blob-limit", "123456", "--invite-epoch", "2026-01-02"])).toMatchObject({ blobLimit: 123456, inviteEpoch: "2026-01-02T00:00:00.000Z" });
    for (const limit of ["0", "1.5", "5 MB", "100000001"]) expect(() => read(["--blob-limit", limit])).toThrow("1 to 100000000");
    expect(() => read(["--invite-epoch", "soon"])).toThrow("not a date");
  });

  test("name a recovery key", () => {
    const key = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc";
    expect(read(["--recovery-key", key]).recoveryKey).toBe(key);
    expect(() => read(["--recovery-key", "did:web:example.com"])).toThrow("not a did:key");
  });

  test("have defaults", () => {
    expect(read([])).toEqual({
      port: 3000,
      dohUrl: "https://cloudflare-dns.com/dns-query",
      host: "127.0.0.1",
      plc: "http://localhost:2582",
      data: undefined,
      adminPassword: undefined,
      openRegistration: false,
      noRateLimits: false,
      handleDomain: ".test",
      origin: undefined,
      relayPort: undefined,
      relayHostname: undefined,
      relayCollections: "agent.*",
      crawlers: undefined,
      peering: "allowlist",
      logMaxAgeHours: 72,
      logMaxMb: 1024,
      verbose: false,
      rotateMasterKey: false,
      rotatePlcKey: false,
    });
  });

  test("come from the environment, and the flag wins", () => {
    const env = { ROOKERY_PORT: "4000", ROOKERY_OPEN_REGISTRATION: "1", ROOKERY_NO_RATE_LIMITS: "false", ROOKERY_ADMIN_PASSWORD: "from the shell" };
    expect(read([], env)).toMatchObject({ port: 4000, openRegistration: true, noRateLimits: false, adminPassword: "from the shell" });
    expect(read(["--port", "5000", "--no-rate-limits"], env)).toMatchObject({ port: 5000, noRateLimits: true });
  });

  test("take a set but empty variable for an absent one", () => {
    expect(read([], { ROOKERY_PORT: "", ROOKERY_VERBOSE: "" })).toMatchObject({ port: 3000, verbose: false });
  });

  test.each([
    [["--prot", "1"], {}, /Unknown option '--prot'.*--help/],
    [["extra"], {}, /extra/],
    [["--port", "0"], {}, /--port.*1 to 65535: "0"/],
    [["--port", "3e3"], {}, /--port/],
    [[], { ROOKERY_PORT: "x" }, /ROOKERY_PORT/],
    [[], { ROOKERY_VERBOSE: "yes" }, /ROOKERY_VERBOSE is a switch/],
    [["--host", "0.0.0.0"], {}, /loopback/],
    [["--plc", "localhost:2582"], {}, /http\(s\) URL/],
    [["--origin", "https://a.example/path"], {}, /no path/],
    [["--handle-domain", "test"], {}, /looks like .test/],
    [["--relay-port", "none"], {}, /--relay-port.*1 to 65535/],
    [["--relay-hostname", "https://relay.example.com"], {}, /not a host name/],
    [["--client-ip-header", "X-Forwarded-For:"], {}, /not the name of a header/],
    [["--relay-collections", "agent.*,nonsense"], {}, /a collection is .*"nonsense"/],
    [["--crawlers", "https://bsky.network,relay"], {}, /--crawlers.*"relay"/],
    [["--admin-password", " x"], {}, /without spaces/],
    [["--log-max-mb", "-1"], {}, /^Option '--log-max-mb' argument is ambiguous\. A value that starts with a dash is written --option=-value\. --help/],
    [["--log-max-mb=-1"], {}, /--log-max-mb.*positive.*"-1"/],
  ])("refuse %j %j with a sentence", (argv, env, sentence) => {
    expect(() => read(argv, env)).toThrow(sentence);
  });

  test("normalise what has several spellings", () => {
    expect(read(["--plc", "http://localhost:1/", "--host", "localhost"])).toMatchObject({ plc: "http://localhost:1", host: "127.0.0.1" });
    expect(read(["--relay-port", "off", "--crawlers", "https://a.example/, https://b.example"])).toMatchObject({ relayPort: 0, crawlers: "https://a.example,https://b.example" });
    expect(read(["--relay-port", "0"])).toMatchObject({ relayPort: 0 });
  });

  test.each([["colony", COLONY_ROWS], ["start", START_ROWS], ["plc", PLC_ROWS], ["say", SAY_ROWS], ["across", ACROSS_ROWS]])("of %s are each in the help and in the README's table", (_, rows) => {
    const help = helpText("usage", rows);
    const table = markdownTable(rows);
    for (const { flag, env } of rows) {
      expect(help).toContain(`--${flag}`);
      expect(help).toContain(env);
      expect(table).toContain(`\`${env}\``);
    }
    for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(new Set(rows.map((row) => row.env)).size).toBe(rows.length);
  });

  test("leave words alone where a command takes some", () => {
    expect(parseOptions([], ["a", "b c"], {}, { words: true })).toEqual({ words: ["a", "b c"] });
  });

  test("ask for help before anything else", () => {
    expect(read(["--help", "--port", "7"])).toEqual({ help: true });
  });
});
