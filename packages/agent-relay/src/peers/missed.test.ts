import { cidToString } from "@rookery/repo";
import { ok } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { sha256, TestAgent } from "../../../sync/test/agent.ts";
import { message } from "../../test/peer.ts";
import type { ProvenRecord } from "../network/network-api.ts";
import { HostBusyError, HostClient, HostError } from "./host-client.ts";
import { NotBelievedError } from "./mend-error.ts";
import { deliverMissed, type MissedOptions } from "./missed.ts";
import { MAX_BUSY_MS, MAX_FAILED_IN_A_ROW } from "./settings.ts";
import type { RefusalCode } from "./verifier.ts";

const COUNT = 40;
const pathOf = (i: number) => `agent.comms.message/m${String(i).padStart(3, "0")}`;
const paths = Array.from({ length: COUNT }, (_, i) => pathOf(i));
const author = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
author.commit(paths.map((path) => message(path.split("/")[1] ?? "")));

const NOTHING = { unproven: false, unanswered: false };
const UNPROVEN = { unproven: true, unanswered: false };
const ALL = { unproven: true, unanswered: true };

/** A host that answers as it is told, or with proofs, the third of which may be `refused`, and what was delivered of it. */
function host(answer: (path: string, asked: number) => Response | Error | undefined, leaveOut: MissedOptions["leaveOut"] = NOTHING, refused?: RefusalCode) {
  const delivered: string[] = [];
  const waits: number[] = [];
  const asked = new Map<string, number>();
  let checks = 0;
  const request = async (url: string): Promise<Response> => {
    const { searchParams } = new URL(url);
    const path = `${searchParams.get("collection")}/${searchParams.get("rkey")}`;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const said = answer(path, asked.get(path) ?? 0) ?? new Response(author.proof(path));
    if (said instanceof Error) throw said;
    return said;
  };
  const run = () => deliverMissed({
    client: new HostClient("https://host.example", request, 1_000, new AbortController().signal),
    verifier: { signature: async (signed) => (refused === undefined || ++checks !== 3 ? { ok: true, value: { signed } } : { ok: false, code: refused }) },
    sha256, leaveOut,
    deliveriesOf: ({ ops }) => ops.flatMap(({ path, cid }) => (cid === null ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }])),
    network: { deliver: async (records: ProvenRecord[]) => (delivered.push(...records.map(({ hint }) => hint.path)), ok(null)) },
    wait: async (ms) => void waits.push(ms),
  }, author.did, paths);
  return { run, delivered, waits };
}

describe("records that were missed", () => {
  it("are delivered in their order", async () => {
    const { run, delivered } = host(() => undefined);
    await run();
    expect(delivered).toEqual(paths);
  });

  it("of a host that has had enough of us are waited for, as long as it says and no longer than is reasonable", async () => {
    const busy = (after: string | undefined) => new Response("{}", { status: 429, headers: after === undefined ? {} : { "retry-after": after } });
    const { run, delivered, waits } = host((path, asked) => (path === pathOf(9) && asked < 4 ? busy([undefined, "7", "999999"][asked - 1]) : undefined), ALL);
    await run();
    expect(delivered).toEqual(paths);
    expect(waits).toEqual([1_000, 7_000, MAX_BUSY_MS]);
  });

  it("are not given up with a host that stays busy or is down, however often it was tried", async () => {
    await expect(host(() => new Response("{}", { status: 429 }), ALL).run()).rejects.toThrow(HostBusyError);
    await expect(host(() => new Response("{}", { status: 502 }), ALL).run()).rejects.toThrow(HostError);
    await expect(host(() => new TypeError("connection refused"), ALL).run()).rejects.toThrow(TypeError);
    expect(MAX_FAILED_IN_A_ROW).toBeLessThan(COUNT);
  });

  it("are not given up while the directory cannot say who has signed their proofs", async () => {
    await expect(host(() => undefined, ALL, "Unresolvable").run()).rejects.toThrow(NotBelievedError);
    const { run, delivered } = host(() => undefined, UNPROVEN, "BadSignature");
    await run();
    expect(delivered).toHaveLength(COUNT - 1);
  });

  it("are given up in the end one by one where the host does not prove them", async () => {
    const isBad = (path: string) => path !== pathOf(5) && path !== pathOf(30);
    const answers = (path: string) => (isBad(path) ? new Response("{}", { status: 400 }) : undefined);
    await expect(host(answers).run()).rejects.toThrow(HostError);
    const { run, delivered } = host(answers, UNPROVEN);
    await run();
    expect(delivered).toEqual([pathOf(5), pathOf(30)]);
  });

  it("are given up later where the host fails to answer, which may pass", async () => {
    const fails = (path: string) => (path === pathOf(3) ? new Response("{}", { status: 500 }) : undefined);
    await expect(host(fails, UNPROVEN).run()).rejects.toThrow(HostError);
    const broken = host(fails, ALL);
    await broken.run();
    expect(broken.delivered).toEqual(paths.filter((path) => path !== pathOf(3)));
  });
});
