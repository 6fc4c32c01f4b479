import { type Handler, invalid, isFault, json } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { envOf } from "../host/host.ts";
import { type InviteCode, type InvitePage, InviteStore } from "./invite-store.ts";

interface Params {
  sort: string;
  limit: number;
  cursor?: string;
}

/** `number::code`: of the newest their date in milliseconds, of the most used how often they were. */
const readCursor = (sort: InvitePage["sort"], cursor: string): InvitePage["after"] | XrpcFault => {
  const [number = "", code = "", ...more] = cursor.split("::");
  const value = Number.parseInt(number, 10);
  if (code === "" || more.length > 0 || Number.isNaN(new Date(value).getTime())) return invalid("Malformed cursor");
  return { by: sort === "recent" ? new Date(value).toISOString() : value, code };
};

const cursorAfter = (sort: InvitePage["sort"], { createdAt, uses, code }: InviteCode): string => `${sort === "recent" ? Date.parse(createdAt) : uses.length}::${code}`;

/** com.atproto.admin.getInviteCodes: all codes, the newest first or those most used. */
export const getInviteCodes: Handler = async ({ params, host }) => {
  const { sort, limit, cursor } = params as unknown as Params;
  if (sort !== "recent" && sort !== "usage") return invalid(`unknown sort method: ${sort}`);
  const after = cursor ? readCursor(sort, cursor) : undefined;
  if (isFault(after)) return after;
  const codes = await new InviteStore(envOf(host).DB).list({ sort, limit, ...(after === undefined ? {} : { after }) });
  const last = codes.at(-1);
  return json({ ...(last === undefined ? {} : { cursor: cursorAfter(sort, last) }), codes });
};
