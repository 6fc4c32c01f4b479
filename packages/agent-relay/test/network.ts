/** A network's relay for one test, beside the colony's relay that it follows. */
import { env as anyEnv } from "cloudflare:workers";
import type { DecodedFrame } from "@rookery/sync";
import { wakesOf } from "./colony.ts";
import { relayFor, subscribe, until, type RelayUnderTest } from "./relay.ts";
import { networkControlsOf, type NetworkControls, type TestNetwork } from "./test-network.ts";
import type { Settings } from "./controls.ts";
import type { Env } from "./worker.ts";

/** A named boundary: the bindings of test/wrangler.jsonc. */
const env = anyEnv as unknown as Env;

export interface NetworkUnderTest {
  colony: RelayUnderTest;
  /** Its object, anew whenever it was aborted. */
  network: () => DurableObjectStub<TestNetwork>;
  controls: NetworkControls;
  wakes: { did: string; seq: number }[];
  /** Name of both objects, for `ownCommit`. */
  name: string;
}

export function networkFor(settings: Settings): NetworkUnderTest {
  const name = JSON.stringify(settings);
  return { colony: relayFor(settings), network: () => env.NETWORK.get(env.NETWORK.idFromName(name)), controls: networkControlsOf(name), wakes: wakesOf(name), name };
}

/** Whom a frame is about. */
export const subjectOf = (frame: DecodedFrame): string => (frame.kind !== "message" || frame.t === "#info" ? "" : frame.t === "#commit" ? frame.body.repo : frame.body.did);

/** A frame in short: its kind and rev, status or handle. */
const gistOf = (frame: DecodedFrame): string => {
  if (frame.kind !== "message") return frame.kind;
  switch (frame.t) {
    case "#commit":
    case "#sync":
      return `${frame.t} ${frame.body.rev}`;
    case "#account":
      return `${frame.t} ${frame.body.active ? "active" : (frame.body.status ?? "")}`;
    case "#identity":
      return `${frame.t} ${frame.body.handle ?? ""}`;
    case "#info":
      return frame.t;
  }
};

/** Everything in the log now, each as the last letter of its account and its gist. */
export async function replay({ network }: NetworkUnderTest): Promise<string[]> {
  const reader = await subscribe(network(), 0);
  const { rows } = await network().stats();
  await until("the whole log", () => reader.seqs.length >= rows);
  reader.ws.close();
  return reader.frames.map((frame) => `${subjectOf(frame).slice(-1)} ${gistOf(frame)}`);
}
