import type { FoundKeyRecord, Pins } from "@rookery/envelope";
import type { Vault } from "../vault/vault.ts";
import { MAX_HOSTED_PINS, PIN_USE_GRAIN } from "./limits.ts";

const KIND = "pin";

interface Pin extends FoundKeyRecord {
  /** When it was used last, about; milliseconds since 1970. */
  usedAt: number;
}

/** What decides which pins are kept. */
export interface PinKeeping {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Whom the agent writes to. Who only asks is answered, so that strangers' keys are remembered too: many of them push out none of these. */
  isCorrespondent: (did: string) => boolean;
  most?: number;
}

/** What an agent remembers of others' keys, an entry of the vault each. Past the bound a tenth goes: strangers' first, and what was used longest ago. */
export function vaultPins(vault: Vault, { now, isCorrespondent, most = MAX_HOSTED_PINS }: PinKeeping): Pins {
  return {
    get: (did) => {
      const pin = vault.getJson<Pin>(KIND, did);
      return pin && { uri: pin.uri, cid: pin.cid, value: pin.value };
    },
    put: async (did, { uri, cid, value }, isNew) => {
      const known = vault.getJson<Pin>(KIND, did);
      if (!isNew && known !== undefined && now() - known.usedAt < PIN_USE_GRAIN) return;
      if (known === undefined && vault.count(KIND) >= most) dropSome(vault, isCorrespondent, Math.ceil(most / 10));
      const pin: Pin = { uri, cid, value, usedAt: now() };
      vault.putJson(KIND, did, pin);
    },
  };
}

function dropSome(vault: Vault, isCorrespondent: PinKeeping["isCorrespondent"], count: number): void {
  const used = Array.from(vault.allJson<Pin>(KIND), ({ name, value: { usedAt } }) => ({ name, at: usedAt, rank: Number(isCorrespondent(name)) }));
  for (const { name } of used.toSorted((a, b) => a.rank - b.rank || a.at - b.at).slice(0, count)) vault.delete(KIND, name);
}
