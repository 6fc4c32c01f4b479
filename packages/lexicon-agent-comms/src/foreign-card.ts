import { CARD_EXTENSION, modes } from "./agent-card.ts";
import type { AgentCommsProfile } from "./generated/types.ts";
import { ids } from "./generated/nsid.ts";
import { validateRecord } from "./validate-record.ts";

/**
 * The profile that a card of A2A tells: the very record when it carries one, else what its fields say, with `createdAt` as
 * given. A card is its host's word; the record is proven by its repository alone.
 *
 * @param card JSON as it came; protobuf's JSON leaves out what is empty. Undefined when it makes no valid profile.
 */
export function fromAgentCard(card: unknown, createdAt: string): AgentCommsProfile | undefined {
  const fields = mapOf(card);
  const extension = listOf(mapOf(fields["capabilities"])["extensions"]).map(mapOf).find(({ uri }) => uri === CARD_EXTENSION);
  const profile = mapOf(extension?.["params"])["profile"] ?? { ...fromFields(fields), createdAt };
  const verdict = validateRecord(ids.AgentCommsProfile, profile);
  // Valid by its lexicon, so it has that type (named boundary).
  return verdict.known && verdict.ok ? ({ $type: ids.AgentCommsProfile, ...mapOf(profile) } as AgentCommsProfile) : undefined;
}

type Fields = Record<string, unknown>;

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const mapOf = (value: unknown): Fields => (isMap(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Without what is absent or empty: in protobuf's JSON the two are one. */
const said = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)));

function fromFields({ name, description, version, provider, documentationUrl, supportedInterfaces, skills }: Fields): Fields {
  return said({
    displayName: name,
    description,
    version,
    provider: isMap(provider) ? said({ name: provider["organization"], url: provider["url"] }) : undefined,
    homepage: documentationUrl,
    protocols: listOf(supportedInterfaces).map(mapOf).map(({ protocolBinding, protocolVersion, url }) => said({ name: protocolBinding, version: protocolVersion, url })),
    capabilities: listOf(skills).map(mapOf).map(capabilityOf),
  });
}

const capabilityOf = ({ id, name, description, tags, examples, inputModes, outputModes }: Fields): Fields =>
  said({
    name: id,
    title: name === id ? undefined : name,
    description,
    tags: listOf(tags).map((tag) => ({ tag })),
    examples: listOf(examples).map((text) => ({ text })),
    input: listOf(inputModes).map(kindOf),
    output: listOf(outputModes).map(kindOf),
  });

function kindOf(mediaType: unknown): Fields {
  const mode = typeof mediaType === "string" ? mediaType : "";
  if (mode.startsWith("text/")) return { kind: "text", mediaType };
  const kind = Object.keys(modes).find((one) => modes[one] === mode) ?? (/[/+]json$/.test(mode) ? "json" : "file");
  return { kind, mediaType };
}
