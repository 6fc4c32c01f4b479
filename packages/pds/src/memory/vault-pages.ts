import { IndexFormatError, type PageStore } from "@rookery/memory";
import { faultPoint } from "../fault.ts";
import type { AgentState } from "../state.ts";
import { settleMemories } from "../store/memory-changed.ts";
import { VaultError } from "../vault/vault.ts";
import { keyOfPath } from "./paths.ts";

/** Kind of the vault's entries that are pages of the index. */
export const PAGES = "memory-pages";

/** The index in the vault. It follows from the repository: a page that does not open is not the end of anything, and is told. */
export const vaultPages = ({ storage, sql, vault, ports }: Pick<AgentState, "storage" | "sql" | "vault" | "ports">): PageStore => ({
  *all() {
    try {
      yield* vault.all(PAGES);
    } catch (error) {
      throw damaged(error);
    }
  },
  get(name) {
    try {
      return vault.get(PAGES, name);
    } catch (error) {
      throw damaged(error);
    }
  },
  commit({ put, drop, done }) {
    storage.transactionSync(() => {
      for (const name of drop) vault.delete(PAGES, name);
      for (const { name, data } of put) vault.put(PAGES, name, data);
      faultPoint(ports.fault, "memory.in-transaction");
      settleMemories(sql, done.map(({ path, at }) => ({ path: keyOfPath(path), rev: at })));
    });
    faultPoint(ports.fault, "memory.indexed");
  },
  clear: () => vault.clear(PAGES),
});

const damaged = (error: unknown): unknown => (error instanceof VaultError ? new IndexFormatError(error.message) : error);
