import { type Handler, json } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { rewrappingOf } from "../host/master-key.ts";
import { rewrap, rewrapProgress } from "../master-key/rewrap.ts";

/** How long one request works at it: less than a client waits. */
const ROUND_MS = 10_000;

/** GET /admin/keys: which master key the colony's keys are wrapped under, and how far its rotation has come. */
export const masterKeyState: Handler = async ({ host }) => {
  const progress = await rewrapProgress(rewrappingOf(envOf(host)));
  return progress.ok ? json(progress.value) : progress.error;
};

/** POST /admin/keys/rewrap: wrap what is left under the current master key. To be repeated until the answer's state is `current`. */
export const rewrapRound: Handler = async ({ host }) => {
  const round = await rewrap(rewrappingOf(envOf(host)), ROUND_MS);
  return round.ok ? json(round.value) : round.error;
};
