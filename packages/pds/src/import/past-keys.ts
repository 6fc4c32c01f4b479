import { type Outcome, atprotoKeyOf, didResolver, fail, isLoopbackHost, ok } from "@rookery/sync";
import type { AgentPorts } from "../ports.ts";
import { AUDIT_TIMEOUT, MAX_AUDIT_BYTES, MAX_DID_KEY, MAX_PAST_KEYS } from "./limits.ts";

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

/**
 * The key for repositories that one operation of an audit log gave the DID, as a `did:key`; undefined when it gave none.
 * Reads `plc_operation` and the `create` of old (did:plc specification, "Operation Types"). What was nullified was an
 * intruder's, and gave nothing.
 */
function keyOf(entry: unknown): string | undefined {
  const fields = fieldsOf(entry);
  if (fields === undefined || fields["nullified"] === true) return undefined;
  const operation = fieldsOf(fields["operation"]);
  const key = operation?.["type"] === "create" ? operation["signingKey"] : fieldsOf(operation?.["verificationMethods"])?.["atproto"];
  return typeof key === "string" && key.length <= MAX_DID_KEY ? key : undefined;
}

/** Keys of an audit log (`GET /:did/log/audit`), newest first, each once. */
export function keysOfAuditLog(log: unknown): string[] {
  if (!Array.isArray(log)) return [];
  const keys = log.map(keyOf).filter((key) => key !== undefined);
  return [...new Set(keys.toReversed())].slice(0, MAX_PAST_KEYS);
}

/**
 * Every `did:key` that was ever the DID's `#atproto` key: by the audit log of the PLC directory; of a did:web, which has none, the one
 * that its document names now. A colony on loopback also looks there for one. Errors: `DidUnavailable` (503) when that cannot be told now.
 */
export async function pastKeysOf({ plcUrl, origin, outside }: Pick<AgentPorts, "plcUrl" | "origin" | "outside">, did: string): Promise<Outcome<string[]>> {
  try {
    if (did.startsWith("did:plc:")) return ok(keysOfAuditLog(await auditLog(`${plcUrl}/${did}/log/audit`)));
    const key = atprotoKeyOf(await didResolver({ plcUrl, timeoutMs: AUDIT_TIMEOUT, allowLoopback: isLoopbackHost(new URL(origin).hostname), ...(outside === undefined ? {} : { fetch: outside }) })(did));
    return ok(key === undefined ? [] : [key]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(503, "DidUnavailable", `The keys of ${did} cannot be had now: ${reason}`);
  }
}

async function auditLog(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(AUDIT_TIMEOUT), redirect: "manual" });
  if (response.status === 404) return [];
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_AUDIT_BYTES) throw new Error(`${url} is larger than ${MAX_AUDIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
