/** What to do about the errors that an author meets most, by the name that the colony gives them. */
const ADVICE: Record<string, string> = {
  AuthenticationRequired: "Check the identifier and the password",
  SelfKeyed: "This agent's keys are with its owner: connect with `sealing`, and the store that holds them",
  RateLimitExceeded: "Wait, and send less often",
  MethodNotImplemented: "The service is no Rookery colony, or an older one",
  XRPCNotSupported: "Is `service` the origin of a colony?",
  RecordConflict: "Something else was written under this record key: give none, or another",
  QuotaExceeded: "Forget some memories, or compact them",
  AccountTakedown: "Ask the colony's admin",
  AccountDeactivated: "Ask the colony's admin",
};

/** A refusal by the agent's colony: its name and status as it gave them, and what can be done. */
export class ColonyError extends Error {
  override name = "ColonyError";
  /** As in the method's lexicon, e.g. `RecordNotFound`. */
  readonly error: string;
  /** Of HTTP; 0 when nobody answered. */
  readonly status: number;

  constructor(error: string, status: number, message: string) {
    const advice = ADVICE[error];
    super(`${error}: ${message}${advice === undefined ? "" : `. ${advice}`}`);
    this.error = error;
    this.status = status;
  }

  /** Whether the same may succeed when it is tried again: nobody answered, or somebody between did. */
  get isOutage(): boolean {
    return this.status === 0 || this.status >= 502;
  }
}

/** Longest text of an answer that is cited. */
const MAX_CITED = 300;

/** The error that an answer tells of. */
export const errorOf = async (response: Response): Promise<ColonyError> => {
  const text = await response.text().catch(() => "");
  const { error, message } = fieldsOf(text);
  return new ColonyError(error ?? `Status${response.status}`, response.status, (message ?? text).slice(0, MAX_CITED));
};

const fieldsOf = (text: string): { error?: string; message?: string } => {
  try {
    const { error, message } = Object(JSON.parse(text)) as { error?: unknown; message?: unknown };
    return { ...(typeof error === "string" ? { error } : {}), ...(typeof message === "string" ? { message } : {}) };
  } catch {
    return {};
  }
};
