import { insist } from "./client.ts";

interface Entry {
  did: string;
  operation: { type: string; alsoKnownAs?: string[]; prev: string | null };
}

/** Operations of a DID, oldest first. */
export const logOf = async (plcUrl: string, did: string): Promise<Entry["operation"][]> => {
  const { json } = await insist<Entry["operation"][]>(plcUrl, `/${did}/log`);
  return json;
};

/** DIDs that were made for a handle, as the directory's export has them. */
export const didsOf = async (plcUrl: string, handle: string): Promise<string[]> => {
  const response = await fetch(`${plcUrl}/export?count=1000`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  return entries.filter(({ operation }) => operation.prev === null && operation.alsoKnownAs?.includes(`at://${handle}`) === true).map(({ did }) => did);
};
