export * from "./event.ts";
export * from "./outcome.ts";
