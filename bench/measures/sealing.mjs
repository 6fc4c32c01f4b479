import { microsOf } from "../sealing/micros.mjs";
import { SUITES } from "../peers/peers.mjs";
import { MESSAGE_MEASURES } from "./messages.mjs";

/** Names of the suites, as the envelope has them. @type {Record<string, string>} */
const NAMES = { xwing: "hpke-xwing-hkdfsha256-aes256gcm", x25519: "hpke-x25519-hkdfsha256-aes256gcm" };

const RECIPIENTS = [1, 2, 8, 32];
const CONTENT = 1000;
/** Sealings for one recipient in a round; fewer for more of them. */
const SEALINGS = 200;

/** @type {import("./measures.mjs").Measure} */
const sealOpen = {
  name: "sealing: seal and open",
  only: SUITES,
  asked: "sealing",
  prepare: async () => undefined,
  run: async ({ peer }, scale) => {
    const values = {};
    for (const recipients of RECIPIENTS) {
      const how = { suite: NAMES[peer.name] ?? "", recipients, bytes: CONTENT };
      values[`seal-${recipients}`] = await microsOf(peer.client, "seal", scale(SEALINGS / recipients), how);
      values[`open-${recipients}`] = await microsOf(peer.client, "open", scale(SEALINGS / 2), how);
    }
    return values;
  },
};

/** @type {import("./measures.mjs").Measure} */
const overhead = {
  name: "sealing: size",
  only: SUITES,
  asked: "sealing",
  prepare: async () => undefined,
  run: async ({ peer }) => {
    const values = {};
    for (const [bytes, recipients] of [[100, 1], [1000, 1], [10_000, 1], [100_000, 1], [1000, 2], [1000, 8], [1000, 32]]) {
      const answer = await peer.client.send("GET", `/overhead?suite=${NAMES[peer.name]}&recipients=${recipients}&bytes=${bytes}`);
      values[`overhead-${bytes}-${recipients}`] = JSON.parse(answer.toString()).bytes;
    }
    return values;
  },
};

export const SEALING_MEASURES = [sealOpen, overhead, ...MESSAGE_MEASURES];
