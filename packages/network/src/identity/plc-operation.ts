import type { LegacyGenesis } from "../plc/data.ts";
import type { PlcOperation, PlcTombstone } from "../provisioning/operation.ts";

/** A named boundary: an object whose fields are then narrowed one by one. */
const fieldsOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === "string");

const isRecordOf = (value: unknown, isRight: (one: unknown) => boolean): boolean => {
  const fields = fieldsOf(value);
  return fields !== undefined && Object.values(fields).every(isRight);
};

const isService = (value: unknown): boolean => {
  const { type, endpoint } = fieldsOf(value) ?? {};
  return typeof type === "string" && typeof endpoint === "string";
};

/** Whether these have the form that they have in an operation (did:plc specification, "DID Update"). */
export const isVerificationMethods = (value: unknown): value is PlcOperation["verificationMethods"] => isRecordOf(value, (one) => typeof one === "string");
/** See {@link isVerificationMethods}. */
export const isServices = (value: unknown): value is PlcOperation["services"] => isRecordOf(value, isService);

/** Whether a stranger's JSON has the form of an operation; what it says is another matter. */
export const isPlcOperation = (value: unknown): value is PlcOperation => {
  const { type, rotationKeys, verificationMethods, alsoKnownAs, services, prev, sig } = fieldsOf(value) ?? {};
  return (
    type === "plc_operation" && isTexts(rotationKeys) && isVerificationMethods(verificationMethods) && isTexts(alsoKnownAs) &&
    isServices(services) && (prev === null || typeof prev === "string") && typeof sig === "string"
  );
};

const isTombstone = (value: unknown): value is PlcTombstone => {
  const { type, prev, sig } = fieldsOf(value) ?? {};
  return type === "plc_tombstone" && typeof prev === "string" && typeof sig === "string";
};

const isLegacyGenesis = (value: unknown): value is LegacyGenesis => {
  const { type, ...fields } = fieldsOf(value) ?? {};
  return type === "create" && ["signingKey", "recoveryKey", "handle", "service", "sig"].every((name) => typeof fields[name] === "string");
};

/** Whether a directory's JSON has the form of an entry of its log: what stands between us and it may answer with anything. */
export const isPlcEntry = (value: unknown): value is PlcOperation | PlcTombstone | LegacyGenesis => isPlcOperation(value) || isTombstone(value) || isLegacyGenesis(value);
