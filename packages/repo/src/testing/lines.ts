/** Lines of a text fixture, without comments and blank lines. White space inside a line is part of the case. */
export function fixtureLines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
