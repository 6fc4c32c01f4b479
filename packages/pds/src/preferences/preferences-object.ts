import { type Outcome, fail, ok } from "@rookery/sync";
import { KeyUnavailableError } from "../keys/wrap.ts";
import { StandingObject } from "../standing/standing-object.ts";
import type { AgentState } from "../state.ts";
import { putPreferences, readPreferences } from "./preferences.ts";
import type { Preference, PreferenceScope, PreferencesApi, RecentRecords } from "./preferences-api.ts";
import { recentRecords } from "./recent-records.ts";
import { serviceToken } from "./service-token.ts";

/** What applications keep with the account, and the tokens it is known by at other services. */
export abstract class PreferencesObject<Env> extends StandingObject<Env> implements PreferencesApi {
  getPreferences(scope: PreferenceScope): Promise<Outcome<Preference[]>> {
    return this.#withKeys(({ vault }) => ok(readPreferences(vault, scope)));
  }

  putPreferences({ preferences, ...scope }: PreferenceScope & { preferences: Preference[] }): Promise<Outcome<null>> {
    return this.#withKeys((state) => putPreferences(state, scope, preferences));
  }

  signServiceAuth(input: { aud: string; lxm?: string; exp?: number }): Promise<Outcome<string>> {
    return this.#withKeys((state) => serviceToken(state, input));
  }

  recentRecords({ rev }: { rev: string }): Promise<Outcome<RecentRecords>> {
    return this.with((state) => ok(recentRecords(state, rev)));
  }

  #withKeys<T>(then: (state: AgentState) => Outcome<T>): Promise<Outcome<T>> {
    return this.with((state) => {
      try {
        return then(state);
      } catch (error) {
        if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
        throw error;
      }
    });
  }
}
