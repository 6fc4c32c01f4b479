export * from "./colony-agent.ts";
export * from "./content.ts";
export * from "./identity.ts";
export * from "./inbox.ts";
export * from "./message.ts";
export * from "./read-record.ts";
export * from "./sealer.ts";
export * from "./transport.ts";
