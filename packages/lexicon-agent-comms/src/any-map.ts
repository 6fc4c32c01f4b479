import { Schema, type ValidationContext, type ValidationResult } from "@atproto/lex-schema";

/** A plain map of anything: what lexicons call `unknown`. What is in it is judged where it is turned into data. */
export class AnyMap extends Schema<Record<string, unknown>> {
  readonly type = "lexMap";

  override validateInContext(input: unknown, ctx: ValidationContext): ValidationResult<Record<string, unknown>> {
    return isMap(input) ? ctx.success(input) : ctx.issueUnexpectedType(input, "object");
  }
}

/** A plain map: bytes, links and blobs are instances of classes. */
const isMap = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
