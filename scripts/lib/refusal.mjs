/** A sentence for the person at the terminal, saying what is wrong and what to do. Shown without a stack. */
export class Refusal extends Error {
  /** @override */
  name = "Refusal";
}

/**
 * What an unknown error says, in a sentence.
 * @param {unknown} error
 */
export const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Runs a command: a Refusal is printed as its sentence, any other error with its stack; both end with exit code 1.
 * @param {() => Promise<void>} command
 */
export const runCommand = async (command) => {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exit(1);
  }
};
