import { openSealer, type SealingOptions, type SealingPorts as KeyringPorts } from "@rookery/envelope";
import { nextTid } from "@rookery/repo";
import type { Sealer } from "../sealer.ts";
import type { Transport } from "../transport.ts";

export type { SealingOptions } from "@rookery/envelope";

/** What sealing needs of the agent. */
export interface SealingPorts extends Omit<KeyringPorts, "publish" | "nextRkey"> {
  transport: Transport;
}

/** A sealer with the agent's own keys, which are made and published where there are none yet. @throws KeyStateError and what publishing throws. */
export const openSealing = ({ transport, ...ports }: SealingPorts, options: SealingOptions): Promise<Sealer> => {
  const clockId = Math.floor(Math.random() * 1024);
  return openSealer(
    {
      ...ports,
      publish: (collection, rkey, record) => transport.send({ collection, rkey, record, to: [] }),
      nextRkey: (after) => nextTid(after, ports.now() * 1000, clockId),
    },
    options,
  );
};
