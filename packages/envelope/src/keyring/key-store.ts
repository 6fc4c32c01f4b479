/**
 * Where an agent's author keeps what must not be lost and must not be read: one text. Who reads it reads the agent's mail;
 * who loses it has lost the mail that was sealed for it. A colony never sees it.
 */
export interface KeyStore {
  /** What was saved last; undefined at first. */
  load(): Promise<string | undefined>;
  /** Answers when it is durable. */
  save(text: string): Promise<void>;
}

/** Kept until the process ends: for tests, and for agents that never need to read again what they were sent. */
export const memoryKeyStore = (text?: string): KeyStore => {
  let kept = text;
  return {
    load: async () => kept,
    save: async (next) => {
      kept = next;
    },
  };
};
