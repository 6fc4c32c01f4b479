import { isLarge } from "@rookery/pds";

/** Weights of content codings, by name in lower case (RFC 9110, 12.5.3); one that cannot be read is 0. */
const weightsOf = (accepted: string): Map<string, number> =>
  new Map(
    accepted.split(",").map((part): [string, number] => {
      const [name = "", ...params] = part.split(";").map((piece) => piece.trim().toLowerCase());
      const given = params.find((param) => param.startsWith("q="))?.slice(2);
      const weight = given === undefined ? 1 : Number(given);
      return [name, weight >= 0 && weight <= 1 ? weight : 0];
    }),
  );

/** Whether a client would rather have gzip than nothing. Absent, the header says nothing: such a client gets no coding, as from the reference. */
const takesGzip = (accepted: string | null): boolean => {
  if (accepted === null) return false;
  const weights = weightsOf(accepted);
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
};

/**
 * A large answer of our own goes packed to who takes it: the runtime packs, by the header. Not of the same bytes as unpacked, so its
 * tag is a weak one (RFC 9110, 8.8.3), also where it only says that the client has it.
 */
export const packAnswer = (request: Request, answer: Response): Response => {
  const { headers, status } = answer;
  const large = isLarge(answer);
  if (!large && status !== 304) return answer;
  if (large && !/\baccept-encoding\b/i.test(headers.get("vary") ?? "")) headers.append("vary", "Accept-Encoding");
  if (request.method === "HEAD" || !takesGzip(request.headers.get("accept-encoding"))) return answer;
  const tag = headers.get("etag");
  if (tag?.startsWith('"') === true && /\baccept-encoding\b/i.test(headers.get("vary") ?? "")) headers.set("etag", `W/${tag}`);
  if (large) headers.set("content-encoding", "gzip");
  return answer;
};
