import { type ColonyAgent, connect, type ConnectOptions } from "@rookery/sdk";
import { afterAll, inject } from "vitest";
import type { Login } from "./people.ts";

const agents: ColonyAgent[] = [];

/** An agent of the colony that all tests share; it is closed when the file's tests are over. @param more what else `connect` is told. */
export const join = async ({ handle, password }: Pick<Login, "handle" | "password">, more: Partial<ConnectOptions> = {}): Promise<ColonyAgent> => {
  const agent = await connect({ service: inject("origin"), identifier: handle, password, plcUrl: inject("plcUrl"), inbox: { onError: () => undefined }, ...more });
  agents.push(agent);
  return agent;
};

afterAll(() => Promise.all(agents.map((agent) => agent.close())));
