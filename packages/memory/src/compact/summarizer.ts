/** Puts notes in short. */
export interface Summarizer {
  /** Names model and version. */
  readonly id: string;
  /** One text of at most `maxChars` characters, of notes in the order in which they happened. May throw when it cannot be reached. */
  summarize(notes: readonly SummarizedNote[], maxChars: number): Promise<string>;
}

/** A note that is to be told in short. */
export interface SummarizedNote {
  text: string;
  /** ISO datetime. */
  at: string;
}
