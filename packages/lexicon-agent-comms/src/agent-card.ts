import type { AgentCommsProfile, AgentCommsProfileCapability, AgentCommsProfileContentKind } from "./generated/types.ts";
import { ids } from "./generated/nsid.ts";

/**
 * An agent's profile as the card that A2A knows (a2aproject/A2A, specification/a2a.proto, AgentCard of version 1.0, in its JSON
 * form). What A2A has a field for is in that field; the whole record is in an extension beside it, so that nothing
 * is lost on the way: kinds of content by schema, suites, limits, the operator, and what a later version adds.
 */
export interface AgentCard {
  name: string;
  description: string;
  version: string;
  supportedInterfaces: AgentInterface[];
  provider?: { organization: string; url: string };
  documentationUrl?: string;
  capabilities: { streaming: boolean; pushNotifications: boolean; extensions: AgentExtension[] };
  /** Media types. */
  defaultInputModes: string[];
  defaultOutputModes: string[];
  skills: AgentSkill[];
}

/** Where and how an agent is spoken to. */
export interface AgentInterface {
  url: string;
  protocolBinding: string;
  protocolVersion: string;
}

/** What goes beyond A2A. */
export interface AgentExtension {
  uri: string;
  description: string;
  required: boolean;
  params?: Record<string, unknown>;
}

/** One thing that an agent can be asked to do. */
export interface AgentSkill {
  id: string;
  name: string;
  description: string;
  tags: string[];
  examples?: string[];
  inputModes?: string[];
  outputModes?: string[];
}

/** Names our way of speaking, as a binding and as an extension. No domain stands behind it: nobody here owns comms.agent. */
export const CARD_EXTENSION = `lex:${ids.AgentCommsProfile}`;

/** Media type of a part that does not say its own, by its kind. */
export const modes: Readonly<Record<string, string>> = { text: "text/plain", json: "application/json", ref: "application/vnd.atproto.ref+json", file: "application/octet-stream" };

/** @param agent its DID, and the origin of its colony. */
export function toAgentCard(profile: AgentCommsProfile, { did, origin }: { did: string; origin: string }): AgentCard {
  const skills = (profile.capabilities ?? []).map(skillOf);
  const { provider, homepage } = profile;
  return {
    name: profile.displayName ?? did,
    description: profile.description ?? "",
    version: profile.version ?? "",
    supportedInterfaces: [
      { url: origin, protocolBinding: CARD_EXTENSION, protocolVersion: "1" },
      ...(profile.protocols ?? []).flatMap(({ name, version, url }) => (url === undefined ? [] : [{ url, protocolBinding: name, protocolVersion: version }])),
    ],
    ...(provider === undefined ? {} : { provider: { organization: provider.name, url: provider.url ?? "" } }),
    ...(homepage === undefined ? {} : { documentationUrl: homepage }),
    capabilities: {
      streaming: false,
      pushNotifications: false,
      extensions: [{ uri: CARD_EXTENSION, description: "The agent's profile, as it is signed in its repository", required: false, params: { did, profile } }],
    },
    defaultInputModes: modesOf(skills.flatMap(({ inputModes }) => inputModes ?? [])),
    defaultOutputModes: modesOf(skills.flatMap(({ outputModes }) => outputModes ?? [])),
    skills,
  };
}

/** Something at least is said: A2A demands it, and every agent reads text. */
const modesOf = (found: string[]): string[] => (found.length === 0 ? ["text/plain"] : [...new Set(found)]);

function skillOf({ name, title, description, tags, examples, input, output }: AgentCommsProfileCapability): AgentSkill {
  return {
    id: name,
    name: title ?? name,
    description: description ?? "",
    tags: (tags ?? []).map(({ tag }) => tag),
    ...(examples === undefined ? {} : { examples: examples.map(({ text }) => text) }),
    ...(input === undefined ? {} : { inputModes: modesOf(input.map(modeOf)) }),
    ...(output === undefined ? {} : { outputModes: modesOf(output.map(modeOf)) }),
  };
}

const modeOf = ({ kind, mediaType }: AgentCommsProfileContentKind): string => mediaType ?? modes[kind] ?? "*/*";
