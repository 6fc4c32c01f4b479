import type { FoundKeyRecord, Pins } from "@rookery/envelope";
import type { Vault } from "../vault/vault.ts";
import { MAX_HOSTED_PINS, PIN_USE_GRAIN } from "./limits.ts";

const KIND = "pin";

interface Pin extends FoundKeyRecord {
  /** When it was used last, about; milliseconds since 1970. */
  usedAt: number;
}

/** What an agent remembers of others' keys, an entry of the vault each. Past the bound, the tenth that was used longest ago goes. */
export function vaultPins(vault: Vault, now: () => number): Pins {
  return {
    get: (did) => {
      const pin = vault.getJson<Pin>(KIND, did);
      return pin && { uri: pin.uri, cid: pin.cid, value: pin.value };
    },
    put: async (did, { uri, cid, value }, isNew) => {
      const known = vault.getJson<Pin>(KIND, did);
      if (!isNew && known !== undefined && now() - known.usedAt < PIN_USE_GRAIN) return;
      if (known === undefined && vault.count(KIND) >= MAX_HOSTED_PINS) dropOldest(vault);
      const pin: Pin = { uri, cid, value, usedAt: now() };
      vault.putJson(KIND, did, pin);
    },
  };
}

function dropOldest(vault: Vault): void {
  const used = Array.from(vault.allJson<Pin>(KIND), ({ name, value: { usedAt } }) => ({ name, at: usedAt }));
  const oldest = used.toSorted((a, b) => a.at - b.at).slice(0, Math.ceil(MAX_HOSTED_PINS / 10));
  for (const { name } of oldest) vault.delete(KIND, name);
}
