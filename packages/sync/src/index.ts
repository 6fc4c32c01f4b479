export * from "./event.ts";
export * from "./frame.ts";
export * from "./frame-encode.ts";
export * from "./outcome.ts";
