import { type Official, startOfficial } from "../official/official.ts";
import { type House, startHouse } from "./house.ts";

/** A colony and the official PDS on one PLC directory, for accounts that move between them. */
export interface TwoHosts {
  house: House;
  official: Official;
  stop(): Promise<void>;
}

/** Without one the official PDS keeps no preferences. Nobody is there. */
const APP_VIEW = { bskyAppViewUrl: "http://localhost:1", bskyAppViewDid: "did:web:localhost%3A1" };

/**
 * Start both; `OFFICIAL_TIMEOUT` is how long that may take. The colony is no other test's: what accounts wrote under keys of before
 * their move, nobody can verify who reads its stream from the beginning.
 */
export const startTwoHosts = async (): Promise<TwoHosts> => {
  const house = await startHouse();
  const official = await startOfficial({ plcUrl: house.plcUrl, environment: APP_VIEW }).catch(async (error: unknown) => {
    await house.stop();
    throw error;
  });
  const stop = async () => {
    await official.stop();
    await house.stop();
  };
  return { house, official, stop };
};

/** The code in the newest mail of the official PDS that asks whether a DID may be signed over; empty when there is none. */
export const plcCodeOf = (official: Official): string => {
  const { html } = official.mails().findLast(({ subject }) => subject.startsWith("PLC")) ?? { html: "" };
  return /[A-Z2-7]{5}-[A-Z2-7]{5}/.exec(html)?.[0] ?? "";
};
